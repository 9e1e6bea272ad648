import type * as gcp from "@pulumi/gcp";
import type * as pulumi from "@pulumi/pulumi";
import type { SpotPool } from "./args";
import { type ResolvedCluster, DEFAULT_MACHINE, SPOT } from "./resolve";

type NodeConfig = gcp.types.input.container.NodePoolNodeConfig;

/** Logs and metrics of a node, and no more. */
export const NODE_ROLE = "roles/container.defaultNodeServiceAccount";

/** What all machines of the cluster have in common. */
function machine(gke: ResolvedCluster, account: pulumi.Input<string>): NodeConfig {
  return {
    machineType: gke.machineType,
    diskSizeGb: gke.diskGb,
    diskType: "pd-balanced",
    imageType: "COS_CONTAINERD",
    serviceAccount: account,
    // What the account may do is said by its roles; scopes would be a second, older list of the same.
    oauthScopes: ["https://www.googleapis.com/auth/cloud-platform"],
    shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
  };
}

/** Machines of the pool that GKE insists on creating with a cluster, and that is removed at once. */
export function defaultPoolMachine(gke: ResolvedCluster, account: pulumi.Input<string>): NodeConfig {
  return { ...machine(gke, account), spot: gke.spot };
}

/** What a pool of nodes belongs to. */
export interface PoolOf {
  cluster: pulumi.Input<string>;
  account: pulumi.Input<string>;
}

function pool(gke: ResolvedCluster, of: PoolOf, nodeConfig: NodeConfig): gcp.container.NodePoolArgs {
  return {
    project: gke.project,
    location: gke.location,
    cluster: of.cluster,
    ...(gke.nodeZones && { nodeLocations: gke.nodeZones }),
    nodeConfig: {
      ...machine(gke, of.account),
      // Pods get no access to the node's own credentials.
      workloadMetadataConfig: { mode: "GKE_METADATA" },
      metadata: { "disable-legacy-endpoints": "true" },
      ...nodeConfig,
    },
    networkConfig: { enablePrivateNodes: gke.privateNodes },
    management: { autoRepair: true, autoUpgrade: true },
    // One more node comes before one goes, so a broker finds a free node when its own is upgraded.
    upgradeSettings: { strategy: "SURGE", maxSurge: 1, maxUnavailable: 0 },
    // Upgrades respect budgets for an hour anyway; a deleted or replaced pool does so only with this.
    nodeDrainConfigs: [{ respectPdbDuringNodePoolDeletion: true }],
  };
}

/** Nodes that are always there. */
export function mainPool(gke: ResolvedCluster, of: PoolOf): gcp.container.NodePoolArgs {
  return { ...pool(gke, of, { spot: gke.spot }), nodeCount: gke.nodesPerZone };
}

/** Cheap nodes that come when pods ask for them and that Google may take away. */
export function spotPool(gke: ResolvedCluster, spot: SpotPool, of: PoolOf): gcp.container.NodePoolArgs {
  const config: NodeConfig = {
    machineType: spot.machineType ?? DEFAULT_MACHINE,
    spot: true,
    labels: { [SPOT.key]: SPOT.value },
    taints: [{ key: SPOT.key, value: SPOT.value, effect: "NO_SCHEDULE" }],
  };
  return {
    ...pool(gke, of, config),
    autoscaling: {
      totalMinNodeCount: spot.minNodes ?? 0,
      totalMaxNodeCount: spot.maxNodes,
      // Wherever spot machines are left; even zones matter less.
      locationPolicy: "ANY",
    },
  };
}
