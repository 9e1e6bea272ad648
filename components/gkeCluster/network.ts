import * as gcp from "@pulumi/gcp";
import type * as pulumi from "@pulumi/pulumi";
import type { ResolvedCluster } from "./resolve";

/** Ranges of a network that belongs to one cluster alone: 4,092 nodes, 1,024 of them with 110 pods each, 4,096 Services. */
const RANGES = { nodes: "10.10.0.0/20", pods: "10.20.0.0/14", services: "10.30.0.0/20" };

/** Where a cluster's nodes, pods and Services get their addresses. */
export interface ClusterNetwork {
  network: pulumi.Input<string>;
  subnetwork: pulumi.Input<string>;
  /** Names of the subnetwork's secondary ranges. Absent: GKE adds some. */
  podRange?: pulumi.Input<string>;
  serviceRange?: pulumi.Input<string>;
  /** What must be there before a node can reach the internet. */
  egress: pulumi.Resource[];
}

/** The network that the arguments name, or a new one of the cluster's own. */
export function networkOf(gke: ResolvedCluster, opts: pulumi.CustomResourceOptions): ClusterNetwork {
  const { network, subnetwork, podRange, serviceRange } = gke;
  if (network !== undefined && subnetwork !== undefined) {
    return { network, subnetwork, podRange, serviceRange, egress: [] };
  }
  return ownNetwork(gke, opts);
}

function ownNetwork(gke: ResolvedCluster, opts: pulumi.CustomResourceOptions): ClusterNetwork {
  const { name, project, region } = gke;
  const network = new gcp.compute.Network(
    `${name}-network`,
    {
      project,
      // A changed description replaces the network. Another region needs that: its ranges are those of the old one.
      description: `Network of the GKE cluster ${name} in ${region}.`,
      autoCreateSubnetworks: false,
    },
    opts,
  );
  const subnetwork = new gcp.compute.Subnetwork(
    `${name}-subnetwork`,
    {
      project,
      region,
      network: network.id,
      ipCidrRange: RANGES.nodes,
      // Nodes without a public address pull images from Google's registries by it.
      privateIpGoogleAccess: true,
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

/** Lets private nodes reach registries and services outside Google, and nobody in. */
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
      // A gateway that ran out of ports says so in the log; connections that worked are not worth their price.
      logConfig: { enable: true, filter: "ERRORS_ONLY" },
    },
    opts,
  );
}
