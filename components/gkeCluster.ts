import * as gcp from "@pulumi/gcp";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { CLUSTER_APIS, enableApis } from "./gke/apis";
import { ReleaseChannel, Weekday } from "./gke/choices";
import { clusterSpec } from "./gke/cluster";
import { kubeconfigOf } from "./gke/kubeconfig";
import { ACCOUNT_ID_LENGTH, thisStack, uniqueId } from "./gke/names";
import { networkOf } from "./gke/network";
import { mainPool, NODE_ROLE, spotPool } from "./gke/nodes";
import { preflightProblems } from "./gke/preflight";
import {
  CLUSTER_TIMEOUTS,
  MAX_CLUSTER_NAME,
  POOL_TIMEOUTS,
  resolveGke,
  SPOT_PLACEMENT,
} from "./gke/settings";
import { clusterProblems } from "./gke/validation";
import { PartsOf } from "./shared/partsOf";
import { nameProblems, refuse } from "./shared/validation";
import { Placement } from "./types";

export { ReleaseChannel, Weekday } from "./gke/choices";

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

interface Parts {
  provider: k8s.Provider;
  cluster: gcp.container.Cluster;
  nodePool: gcp.container.NodePool;
  spotPlacement?: Placement;
}
const parts = new PartsOf<GkeCluster, Parts>();

/**
 * A Kubernetes cluster on Google Cloud for brokers and workers: nodes in one or three zones that Google repairs and upgrades one
 * at a time, without public addresses and with an identity that may write logs and nothing else; enforced NetworkPolicies;
 * Workload Identity; and a `provider` that deploys to it. It takes about ten minutes.
 *
 * **Cost** a month = fee of the control plane (the same for zone and region) + `nodes` x (machine + `diskGb` of balanced disk)
 * + spot machines by the hour + with private nodes the NAT gateway, per node and per GB + traffic between zones per GB, which a
 * region's three broker nodes have for every message. The brokers' own disks come on top. docs/gke.md has an example.
 *
 * @example
 * ```ts
 * const cluster = new GkeCluster("infra", { project: "my-project", location: "us-east1", dnsEndpoint: true });
 * new HaCelery("orders", { ... }, { provider: cluster.provider });
 * ```
 */
export class GkeCluster extends pulumi.ComponentResource {
  /** Name of the cluster: the component's with a suffix of Pulumi's. */
  readonly clusterName: pulumi.Output<string>;
  /** Id of the cluster, `projects/PROJECT/locations/LOCATION/clusters/NAME`. */
  readonly clusterId: pulumi.Output<string>;
  /** Address or name of the control plane, as in the kubeconfig. */
  readonly endpoint: pulumi.Output<string>;
  /** Kubeconfig, JSON, that signs in with gke-gcloud-auth-plugin and holds no token. Secret. */
  readonly kubeconfig: pulumi.Output<string>;
  /** Service account of the nodes, for `readers` of a `ContainerRegistry`. */
  readonly nodeServiceAccountEmail: pulumi.Output<string>;
  /** Workload Identity pool, by which Kubernetes service accounts get roles of Google Cloud. */
  readonly workloadPool: pulumi.Output<string>;

  /**
   * @param name DNS label of at most 24 characters; part of the names of everything that is created.
   * @param args See `GkeClusterArgs`.
   * @param opts A Google Cloud provider, if not the default one.
   * @throws ResourceError that names every problem of `args`, and a missing gke-gcloud-auth-plugin, at once.
   */
  constructor(name: string, args: GkeClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-celery:index:GkeCluster", name, args, opts);
    refuse(this, "GkeCluster", name, [
      ...nameProblems("name", name, MAX_CLUSTER_NAME),
      ...clusterProblems(args),
      ...preflightProblems(this),
    ]);
    const gke = resolveGke(name, args);
    const { project } = gke;
    const keep = { parent: this, protect: gke.deletionProtection };
    const apis = gke.enableApis ? enableApis({ name, project, parent: this }, CLUSTER_APIS) : [];
    const child = { parent: this, dependsOn: apis };

    const account = new gcp.serviceaccount.Account(
      `${name}-nodes`,
      {
        project,
        accountId: uniqueId(name, thisStack(), ACCOUNT_ID_LENGTH),
        displayName: `Nodes of the GKE cluster ${name}`,
      },
      child,
    );
    const role = new gcp.projects.IAMMember(
      `${name}-nodes`,
      { project, role: NODE_ROLE, member: account.member },
      child,
    );
    const network = networkOf(gke, child);
    const cluster = new gcp.container.Cluster(`${name}-cluster`, clusterSpec(gke, network, account.email), {
      ...keep,
      dependsOn: [...apis, role],
      // They describe the pool that was thrown away; Google's answer about it would replace the cluster.
      ignoreChanges: ["initialNodeCount", "nodeConfig"],
      customTimeouts: CLUSTER_TIMEOUTS,
    });
    const pools = { dependsOn: [role, ...network.wayOut], customTimeouts: POOL_TIMEOUTS };
    const members = { cluster: cluster.name, account: account.email };
    const nodePool = new gcp.container.NodePool(`${name}-nodes`, mainPool(gke, members), {
      ...keep,
      ...pools,
    });
    const spotNodes =
      gke.spotPool &&
      new gcp.container.NodePool(`${name}-spot`, spotPool(gke, gke.spotPool, members), {
        parent: this,
        ...pools,
      });

    this.clusterName = cluster.name;
    this.clusterId = cluster.id;
    this.endpoint = gke.dnsEndpoint
      ? cluster.controlPlaneEndpointsConfig.dnsEndpointConfig.endpoint
      : cluster.endpoint;
    const authority = gke.dnsEndpoint ? undefined : cluster.masterAuth.clusterCaCertificate;
    this.kubeconfig = pulumi.secret(
      pulumi
        .all([cluster.name, this.endpoint, authority])
        .apply(([cluster, endpoint, authority]) => kubeconfigOf({ ...gke, cluster, endpoint, authority })),
    );
    this.nodeServiceAccountEmail = account.email;
    this.workloadPool = pulumi.output(gke.workloadPool);

    const provider = new k8s.Provider(
      `${name}-kubernetes`,
      // By its id the provider knows the cluster again; by anything else, a new address would replace everything in it.
      { kubeconfig: this.kubeconfig, clusterIdentifier: cluster.id },
      // Pods come after the nodes and go before them.
      { parent: this, dependsOn: [nodePool, ...(spotNodes ? [spotNodes] : [])], replaceWith: [cluster] },
    );
    parts.set(this, { provider, cluster, nodePool, spotPlacement: spotNodes && SPOT_PLACEMENT });
    this.registerOutputs({
      clusterName: this.clusterName,
      clusterId: this.clusterId,
      endpoint: this.endpoint,
      kubeconfig: this.kubeconfig,
      nodeServiceAccountEmail: this.nodeServiceAccountEmail,
      workloadPool: this.workloadPool,
    });
  }

  /** Deploys to the cluster, once its nodes are there. */
  get provider(): k8s.Provider {
    return parts.of(this).provider;
  }

  /** The control plane. */
  get cluster(): gcp.container.Cluster {
    return parts.of(this).cluster;
  }

  /** The main pool. */
  get nodePool(): gcp.container.NodePool {
    return parts.of(this).nodePool;
  }

  /** Puts workers on the spot pool: `{ name: "mail", ...cluster.spotPlacement }`. */
  get spotPlacement(): Placement {
    const { spotPlacement } = parts.of(this);
    if (!spotPlacement) {
      throw new pulumi.ResourceError(
        "spotPlacement was asked for, but the GkeCluster has no spot pool. Give it one: spotPool: { maxNodes: 6 }.",
        this,
        true,
      );
    }
    return spotPlacement;
  }
}
