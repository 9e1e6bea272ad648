import type * as gcp from "@pulumi/gcp";
import type * as pulumi from "@pulumi/pulumi";
import type { SpotPool } from "./args";
import { balancedDisk } from "../diskTypes";
import { readOnlyPort } from "./hardening";
import { type ResolvedCluster, DEFAULT_MACHINE, SPOT } from "./resolve";
import { upgradeSettings } from "./upgrades";

type NodeConfig = gcp.types.input.container.NodePoolNodeConfig;

/** Allows writing logs and metrics only. */
export const NODE_ROLE = "roles/container.defaultNodeServiceAccount";

/** Service account and key of machines. */
export interface MachineOf {
  account: pulumi.Input<string>;
  /** Key of the boot disks; undefined for Google's. */
  diskKey: pulumi.Input<string> | undefined;
}

/** Settings of all machines of the cluster. */
function machine(gke: ResolvedCluster, { account, diskKey }: MachineOf, machineType: string): NodeConfig {
  return {
    machineType,
    diskSizeGb: gke.diskGb,
    diskType: balancedDisk(machineType),
    ...(diskKey !== undefined && { bootDiskKmsKey: diskKey }),
    imageType: "COS_CONTAINERD",
    serviceAccount: account,
    // The roles of the account restrict access; scopes are a second, older mechanism.
    oauthScopes: ["https://www.googleapis.com/auth/cloud-platform"],
    shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
  };
}

/** Machines of the default pool, which GKE requires and which is removed immediately. */
export function defaultPoolMachine(gke: ResolvedCluster, of: MachineOf): NodeConfig {
  return { ...machine(gke, of, gke.machineType), spot: gke.spot };
}

/** Cluster and machines of a node pool. */
export interface PoolOf extends MachineOf {
  cluster: pulumi.Input<string>;
}

function pool(
  gke: ResolvedCluster,
  of: PoolOf,
  machineType: string,
  nodeConfig: NodeConfig,
): gcp.container.NodePoolArgs {
  return {
    project: gke.project,
    location: gke.location,
    cluster: of.cluster,
    ...(gke.nodeZones && { nodeLocations: gke.nodeZones }),
    nodeConfig: {
      ...machine(gke, of, machineType),
      // Pods have no access to the node's credentials.
      workloadMetadataConfig: { mode: "GKE_METADATA" },
      metadata: { "disable-legacy-endpoints": "true" },
      kubeletConfig: { insecureKubeletReadonlyPortEnabled: readOnlyPort(gke) },
      ...nodeConfig,
    },
    networkConfig: { enablePrivateNodes: gke.privateNodes },
    management: { autoRepair: true, autoUpgrade: true },
    upgradeSettings: upgradeSettings(gke),
    // Upgrades respect disruption budgets for an hour by default; deleting or replacing a pool does so only with this.
    nodeDrainConfigs: [{ respectPdbDuringNodePoolDeletion: true }],
  };
}

/** Pool of permanent nodes. */
export function mainPool(gke: ResolvedCluster, of: PoolOf): gcp.container.NodePoolArgs {
  return { ...pool(gke, of, gke.machineType, { spot: gke.spot }), nodeCount: gke.nodesPerZone };
}

/** Pool of cheap nodes that are added when pods need them and that Google may reclaim. */
export function spotPool(gke: ResolvedCluster, spot: SpotPool, of: PoolOf): gcp.container.NodePoolArgs {
  const config: NodeConfig = {
    spot: true,
    labels: { [SPOT.key]: SPOT.value },
    taints: [{ key: SPOT.key, value: SPOT.value, effect: "NO_SCHEDULE" }],
  };
  return {
    ...pool(gke, of, spot.machineType ?? DEFAULT_MACHINE, config),
    autoscaling: {
      totalMinNodeCount: spot.minNodes ?? 0,
      totalMaxNodeCount: spot.maxNodes,
      // Availability of spot machines matters more than an even spread over the zones.
      locationPolicy: "ANY",
    },
  };
}
