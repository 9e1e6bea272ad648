import * as gcp from "@pulumi/gcp";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { CLUSTER_APIS, enableApis } from "./apis";
import { clusterSpec } from "./cluster";
import { kubeconfigOf } from "./kubeconfig";
import { ACCOUNT_ID_LENGTH, thisStack, uniqueId } from "./names";
import { networkOf } from "./network";
import { mainPool, NODE_ROLE, spotPool } from "./nodes";
import { preflightProblems } from "./preflight";
import { CLUSTER_TIMEOUTS, MAX_CLUSTER_NAME, POOL_TIMEOUTS, resolveCluster, SPOT_PLACEMENT } from "./resolve";
import { clusterProblems } from "./validation";
import { PartsOf } from "../shared/partsOf";
import { nameProblems, refuse } from "../shared/validation";
import type { Placement } from "../types";
import type { GkeClusterArgs } from "./args";

export { ReleaseChannel, Weekday } from "./choices";

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
 * region's three broker nodes have for every message. The brokers' own disks come on top. docs/how-to/gke.md has an example.
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
    const gke = resolveCluster(name, args);
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
    const pools = { dependsOn: [role, ...network.egress], customTimeouts: POOL_TIMEOUTS };
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
