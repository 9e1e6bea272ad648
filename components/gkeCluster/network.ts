import * as gcp from "@pulumi/gcp";
import type * as pulumi from "@pulumi/pulumi";
import type { ResolvedCluster } from "./resolve";

/** Ranges of the cluster's own network: 4,092 nodes, 1,024 of them with 110 pods each, 4,096 Services. */
const RANGES = { nodes: "10.10.0.0/20", pods: "10.20.0.0/14", services: "10.30.0.0/20" };

/** Half of the connections, summed up, since every log entry costs. */
const FLOW_LOGS = {
  aggregationInterval: "INTERVAL_10_MIN",
  flowSampling: 0.5,
  metadata: "INCLUDE_ALL_METADATA",
};

/** Network that provides the addresses of a cluster's nodes, pods, and Services. */
export interface ClusterNetwork {
  network: pulumi.Input<string>;
  subnetwork: pulumi.Input<string>;
  /** Names of the subnetwork's secondary ranges. If absent, GKE adds them. */
  podRange?: pulumi.Input<string>;
  serviceRange?: pulumi.Input<string>;
  /** Resources that a node needs to reach the internet. */
  egress: pulumi.Resource[];
}

/** The existing network in the arguments, or a new one. */
export function networkOf(gke: ResolvedCluster, opts: pulumi.CustomResourceOptions): ClusterNetwork {
  const { network, subnetwork, podRange, serviceRange } = gke;
  if (network !== undefined && subnetwork !== undefined) {
    return { network, subnetwork, podRange, serviceRange, egress: [] };
  }
  return ownNetwork(gke, opts);
}

function ownNetwork(gke: ResolvedCluster, opts: pulumi.CustomResourceOptions): ClusterNetwork {
  const { name, project, region, location, security } = gke;
  const network = new gcp.compute.Network(
    `${name}-network`,
    {
      project,
      // A changed description replaces the network, which a new region requires because its ranges are the same.
      description: `Network of the GKE cluster ${name} in ${region}.`,
      autoCreateSubnetworks: false,
    },
    // So does a new location in the region, because the new cluster is created while the old one has the ranges, and
    // Google gives a range of Services to one cluster only. A description with the location would also replace the
    // clusters in a zone that older versions created. A trigger that the state does not have yet replaces nothing.
    { ...opts, replacementTrigger: location },
  );
  const subnetwork = new gcp.compute.Subnetwork(
    `${name}-subnetwork`,
    {
      project,
      region,
      network: network.id,
      ipCidrRange: RANGES.nodes,
      // Lets nodes without public addresses pull images from Google's registries.
      privateIpGoogleAccess: true,
      ...(security.flowLogs && { logConfig: FLOW_LOGS }),
      secondaryIpRanges: [
        { rangeName: "pods", ipCidrRange: RANGES.pods },
        { rangeName: "services", ipCidrRange: RANGES.services },
      ],
    },
    opts,
  );
  return {
    network: network.id,
    subnetwork: subnetwork.id,
    podRange: "pods",
    serviceRange: "services",
    egress: gke.privateNodes ? [gateway(gke, network, opts)] : [],
  };
}

/** Lets private nodes reach registries and services outside Google, without allowing inbound connections. */
function gateway(
  { name, project, region }: ResolvedCluster,
  network: gcp.compute.Network,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource {
  const router = new gcp.compute.Router(`${name}-router`, { project, region, network: network.id }, opts);
  return new gcp.compute.RouterNat(
    `${name}-nat`,
    {
      project,
      region,
      router: router.name,
      natIpAllocateOption: "AUTO_ONLY",
      sourceSubnetworkIpRangesToNat: "ALL_SUBNETWORKS_ALL_IP_RANGES",
      // Errors reveal a gateway that has run out of ports; logging every connection costs too much.
      logConfig: { enable: true, filter: "ERRORS_ONLY" },
    },
    opts,
  );
}
