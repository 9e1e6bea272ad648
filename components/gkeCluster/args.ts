import type * as pulumi from "@pulumi/pulumi";
import type { ExclusionScope, MetricPackage, ReleaseChannel, Weekday } from "./choices";
import type { ClusterBackup, ClusterEncryption, ClusterSecurity, NodeUpgrades } from "./securityArgs";

/** When GKE may upgrade the control plane and the nodes. */
export interface MaintenanceWindow {
  /** Start of the window in UTC, `HH:MM`. */
  start: string;
  /** Length of the window in hours, 4 to 24.
   * @default 4 */
  hours?: number;
  /** Days on which the window opens. The hours of a week must add up to at least 12, because GKE requires 48 in 32
   * days.
   * @default every day */
  days?: Weekday[];
  /** Times without upgrades, up to 20, such as the busiest weeks of the year. In place. Free.
   * @default none */
  exclusions?: MaintenanceExclusion[];
}

/** A time without upgrades. Urgent security fixes may ignore it. */
export interface MaintenanceExclusion {
  /** Name, unique in the cluster. */
  name: string;
  /** Start in UTC, `YYYY-MM-DDTHH:MM:SSZ`. */
  start: string;
  /** End in UTC, `YYYY-MM-DDTHH:MM:SSZ`. With `NO_UPGRADES` at most 30 days after the start. */
  end: string;
  /** Which upgrades do not happen.
   * @default `NO_UPGRADES` */
  scope?: ExclusionScope;
}

/** A network that may access the control plane's public address. */
export interface AuthorizedNetwork {
  /** IPv4 addresses in CIDR notation, for example `203.0.113.0/24`; one address is `203.0.113.7/32`. */
  cidr: string;
  /** Display name.
   * @default none */
  name?: string;
}

/** Spot machines for workers, in addition to the main pool. They are added when pods need them, and Google may
 * reclaim each with 30 seconds' notice. */
export interface SpotPool {
  /** Maximum number of machines in all zones. */
  maxNodes: number;
  /** Minimum number of machines in all zones.
   * @default 0; machines exist only while pods need them */
  minNodes?: number;
  /** Machine type. Changing it replaces the machines one by one.
   * @default `e2-standard-4` */
  machineType?: string;
}

/** Arguments of `GkeCluster`. */
export interface GkeClusterArgs {
  /** ID of the Google Cloud project. Changing it creates a new cluster. */
  project: string;
  /** A region such as `us-east1`, with the control plane and nodes in three zones, which survives the loss of a
   * zone; or a zone such as `us-east1-c`, which is cheaper and unavailable while its zone is. Changing it creates
   * a new cluster. */
  location: string;
  /** Number of nodes in the main pool. In a region it must be a multiple of the number of zones. Three brokers need
   * three nodes.
   * @default 3 */
  nodes?: number;
  /** Zones of the region that have nodes.
   * @default three zones that Google selects */
  nodeZones?: string[];
  /** Machine type of the main pool. Its family decides the type of the boot disk. Changing it replaces the nodes one
   * by one, so each broker moves once. Families such as `n4` and `c4` take Hyperdisks only: volumes on persistent
   * disks cannot move to them, so such a change is refused while `deletionProtection` is on.
   * @default `e2-standard-4`: 4 CPUs, 16 GB of memory */
  machineType?: string;
  /** Boot disk of each node in GB, for the system, the images, and the scratch space of pods. Changing it replaces
   * the nodes one by one.
   * @default 50 */
  diskGb?: number;
  /** Whether the main pool consists of spot machines, for trials: Google may reclaim all of them at once, including
   * the brokers. Changing it replaces the pool.
   * @default false */
  spot?: boolean;
  /** A second pool of spot machines for workers, which run there with `spotPlacement`.
   * @default none */
  spotPool?: SpotPool;
  /** Release channel, which determines how soon Kubernetes is upgraded.
   * @default `REGULAR` */
  releaseChannel?: ReleaseChannel;
  /** Whether the nodes have no public addresses. In an existing network, they then need your NAT to reach
   * registries outside Google.
   * @default true */
  privateNodes?: boolean;
  /** Whether the control plane has a DNS endpoint for users (`allowExternalTraffic`), reachable from anywhere with the
   * IAM permission `container.clusters.connect`. The kubeconfig then uses it. Set this, `authorizedNetworks`, or both,
   * because otherwise the control plane is unreachable. The risk: a stolen Google credential suffices from any
   * network, unless a VPC Service Controls perimeter or `authorizedNetworks` alone limit the access (CIS 5.6.3,
   * 5.6.4). In place. Free.
   * @default false */
  dnsEndpoint?: boolean;
  /** Networks that may access the control plane's public address. Without any, there is no public address. An item
   * may be an output, such as the address of a NAT gateway, which Google validates.
   * @default none */
  authorizedNetworks?: pulumi.Input<AuthorizedNetwork>[];
  /** Existing VPC network, name or ID; requires `subnetwork`. Changing it creates a new cluster.
   * @default a new network */
  network?: pulumi.Input<string>;
  /** Subnetwork of that network in the cluster's region, name or ID. Private nodes need its Private Google Access.
   * @default a new subnetwork: nodes 10.10.0.0/20, pods 10.20.0.0/14, Services 10.30.0.0/20 */
  subnetwork?: pulumi.Input<string>;
  /** Name of the subnetwork's secondary range for pods; requires `serviceRange`. A shared VPC needs both.
   * @default GKE adds one to the subnetwork */
  podRange?: pulumi.Input<string>;
  /** Name of the subnetwork's secondary range for Services. Only one cluster can use it, so a change that creates a
   * new cluster needs another one.
   * @default GKE adds one to the subnetwork */
  serviceRange?: pulumi.Input<string>;
  /** When GKE may upgrade. An upgrade moves the brokers one at a time.
   * @default any time */
  maintenance?: MaintenanceWindow;
  /** How GKE upgrades nodes.
   * @default one by one */
  upgrades?: NodeUpgrades;
  /** Encryption with a key in Cloud KMS.
   * @default Secrets, with a new key */
  encryption?: ClusterEncryption;
  /** Protection of nodes, pods and network.
   * @default see its fields */
  security?: ClusterSecurity;
  /** Whether GKE reports upgrades and security bulletins to a new Pub/Sub topic, `notificationTopic`. In place. Free up
   * to 10 GB a month; messages without a subscription are dropped.
   * @default true */
  notifications?: boolean;
  /** Metrics of GKE (CIS 5.7.1). All but `SYSTEM_COMPONENTS` are billed as samples of Managed Service for Prometheus, as
   * are your PodMonitorings. In place.
   * @default `SYSTEM_COMPONENTS` */
  metrics?: MetricPackage[];
  /** Backups of objects and volumes with Backup for GKE. In place; without it the agent stays in the cluster. A plan
   * with backups cannot be deleted. Costs a fee for each pod and GB
   * (https://cloud.google.com/kubernetes-engine/pricing).
   * @default none */
  backup?: ClusterBackup;
  /** Whether Pulumi refuses to delete or replace the cluster and its main pool. Google Cloud does not know this
   * setting: the console, `gcloud` and other programs can still delete both. To destroy, set it to false and run
   * `pulumi up` first.
   * @default true */
  deletionProtection?: boolean;
  /** Google Cloud labels of the cluster, nodes, and disks, for billing and search.
   * @default none */
  labels?: Record<string, string>;
  /** Whether to enable the required APIs in the project. They stay enabled. Set it to false if APIs are managed
   * elsewhere.
   * @default true */
  enableApis?: boolean;
}
