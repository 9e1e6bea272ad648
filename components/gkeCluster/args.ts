import type * as pulumi from "@pulumi/pulumi";
import type { ReleaseChannel, Weekday } from "./choices";

/** When GKE may upgrade the control plane and the nodes by itself. */
export interface MaintenanceWindow {
  /** Time of day in UTC at which the window opens, `HH:MM`. */
  start: string;
  /** Hours that the window is open, 4 to 24.
   * @default 4 */
  hours?: number;
  /** Days on which the window opens. All its hours of a week must come to at least 12: GKE asks for 48 in 32 days.
   * @default every day */
  days?: Weekday[];
}

/** A network from which the control plane's address may be used. */
export interface AuthorizedNetwork {
  /** IPv4 addresses in CIDR notation, for example `203.0.113.0/24`; one address is `203.0.113.7/32`. */
  cidr: string;
  /** What people call it.
   * @default none */
  name?: string;
}

/** Spot machines for workers, besides the main pool: they come when pods ask for them, and Google may take each away at 30 seconds' notice. */
export interface SpotPool {
  /** The most machines, over all zones. */
  maxNodes: number;
  /** The fewest machines, over all zones.
   * @default 0: no pods, no machines */
  minNodes?: number;
  /** Machine type. Changing it replaces the machines one by one.
   * @default `e2-standard-4` */
  machineType?: string;
}

/** Arguments of `GkeCluster`. */
export interface GkeClusterArgs {
  /** Id of the Google Cloud project. Changing it makes another cluster. */
  project: string;
  /** A region, such as `us-east1`: a control plane and nodes in three zones, that survive the loss of one; or a zone, such as
   * `us-east1-c`: cheaper, and gone while the zone is. Changing it makes another cluster. */
  location: string;
  /** Nodes of the main pool, in total. In a region a multiple of the zones, so that each has as many.
   * Three brokers need three.
   * @default 3 */
  nodes?: number;
  /** Zones of a region that have nodes.
   * @default three that Google chooses */
  nodeZones?: string[];
  /** Machine type of the main pool. Changing it replaces the nodes one by one, and each broker moves once.
   * @default `e2-standard-4`: 4 CPUs, 16 GB of memory */
  machineType?: string;
  /** Boot disk of each node, in GB: system, images and scratch space of pods. Changing it replaces the nodes one by one.
   * @default 50 */
  diskGb?: number;
  /** Make the whole main pool of spot machines, for trying things out: Google may take all at once, brokers included.
   * Changing it replaces the pool.
   * @default false */
  spot?: boolean;
  /** A second pool of spot machines for workers. They need `spotPlacement` to run there.
   * @default none */
  spotPool?: SpotPool;
  /** How soon Kubernetes is upgraded.
   * @default `REGULAR` */
  releaseChannel?: ReleaseChannel;
  /** Give the nodes no public addresses. In a network of yours they then need a way out of yours to registries outside Google.
   * @default true */
  privateNodes?: boolean;
  /** Reach the control plane by a name on Google's front end, from anywhere, with the IAM permission `container.clusters.connect`.
   * The kubeconfig then uses the name. This, `authorizedNetworks`, or both: neither leaves no way in and is refused.
   * @default false */
  dnsEndpoint?: boolean;
  /** Networks from which the control plane's public address may be used. Without any, the address is off. One may be an output,
   * such as the address of a NAT gateway; Google checks it then.
   * @default none */
  authorizedNetworks?: pulumi.Input<AuthorizedNetwork>[];
  /** VPC network to use, name or id; with `subnetwork`. Changing it makes another cluster.
   * @default a new one */
  network?: pulumi.Input<string>;
  /** Subnetwork of that network in the cluster's region, name or id. Private nodes need its Private Google Access.
   * @default a new one: nodes 10.10.0.0/20, pods 10.20.0.0/14, Services 10.30.0.0/20 */
  subnetwork?: pulumi.Input<string>;
  /** Name of the subnetwork's secondary range for pods; with `serviceRange`. A shared VPC needs both.
   * @default GKE adds one to the subnetwork */
  podRange?: pulumi.Input<string>;
  /** Name of the subnetwork's secondary range for Services.
   * @default GKE adds one to the subnetwork */
  serviceRange?: pulumi.Input<string>;
  /** When GKE may upgrade. An upgrade moves each broker once, one at a time.
   * @default any time */
  maintenance?: MaintenanceWindow;
  /** Refuse to delete the cluster and its main pool, both in Pulumi and at Google's.
   * To destroy, set it to false and run `pulumi up` first.
   * @default true */
  deletionProtection?: boolean;
  /** Labels of Google Cloud on cluster, nodes and disks, for bills and searches.
   * @default none */
  labels?: Record<string, string>;
  /** Enable the APIs that are needed, in the project. They stay enabled. Turn it off where somebody else manages APIs.
   * @default true */
  enableApis?: boolean;
}
