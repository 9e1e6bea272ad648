import type * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import type { AuthorizedNetwork } from "./args";
import { hardening } from "./hardening";
import { type ClusterKey, diskKey } from "./kms";
import { maintenancePolicy } from "./maintenance";
import type { ClusterNetwork } from "./network";
import { defaultPoolMachine } from "./nodes";
import { notificationConfig } from "./notifications";
import type { ResolvedCluster } from "./resolve";

/** Resources that a cluster refers to. */
export interface ClusterOf {
  network: ClusterNetwork;
  /** Service account of the nodes. */
  account: pulumi.Input<string>;
  key: ClusterKey | undefined;
  topic: gcp.pubsub.Topic | undefined;
}

/** The control plane. Node pools are separate resources, because changing a pool that is defined here would replace
 * the cluster. */
export function clusterSpec(gke: ResolvedCluster, of: ClusterOf): gcp.container.ClusterArgs {
  const { network: net, account, key, topic } = of;
  return {
    project: gke.project,
    location: gke.location,
    ...(gke.nodeZones && { nodeLocations: gke.nodeZones }),
    resourceLabels: gke.labels,
    deletionProtection: gke.deletionProtection,

    removeDefaultNodePool: true,
    initialNodeCount: 1,
    nodeConfig: defaultPoolMachine(gke, { account, diskKey: diskKey(gke, key) }),

    network: net.network,
    subnetwork: net.subnetwork,
    networkingMode: "VPC_NATIVE",
    ...(net.podRange !== undefined && {
      ipAllocationPolicy: {
        clusterSecondaryRangeName: net.podRange,
        servicesSecondaryRangeName: net.serviceRange,
      },
    }),
    // Enforces NetworkPolicies. It cannot be changed later.
    datapathProvider: "ADVANCED_DATAPATH",
    privateClusterConfig: { enablePrivateNodes: gke.privateNodes },
    ...controlPlaneAccess(gke),

    releaseChannel: { channel: gke.releaseChannel },
    ...(gke.maintenance && { maintenancePolicy: maintenancePolicy(gke.maintenance) }),
    workloadIdentityConfig: { workloadPool: gke.workloadPool },
    enableShieldedNodes: true,
    addonsConfig: {
      gcePersistentDiskCsiDriverConfig: { enabled: true },
      dnsCacheConfig: { enabled: true },
      ...(gke.backup && { gkeBackupAgentConfig: { enabled: true } }),
    },
    ...hardening(gke, key),
    ...notificationConfig(topic),
  };
}

/** Access to the control plane: by its DNS endpoint, from listed networks, or both. */
function controlPlaneAccess(gke: ResolvedCluster): Partial<gcp.container.ClusterArgs> {
  const networks = gke.authorizedNetworks ?? [];
  return {
    controlPlaneEndpointsConfig: {
      dnsEndpointConfig: { allowExternalTraffic: gke.dnsEndpoint },
      ipEndpointsConfig: { enabled: networks.length > 0 },
    },
    ...(networks.length > 0 && {
      masterAuthorizedNetworksConfig: {
        cidrBlocks: networks.map((network) => pulumi.output(network).apply(block)),
        gcpPublicCidrsAccessEnabled: false,
      },
    }),
  };
}

function block({ cidr, name }: AuthorizedNetwork) {
  return { cidrBlock: cidr, ...(name && { displayName: name }) };
}
