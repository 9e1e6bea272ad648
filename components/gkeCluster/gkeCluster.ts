import type * as gcp from "@pulumi/gcp";
import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { clusterApis, enableApis } from "./apis";
import { backupPlan } from "./backup";
import { admissionPolicy } from "./binaryAuthorization";
import {
  createControlPlane,
  createKubeconfig,
  createNodeAccount,
  createNodePools,
  createProvider,
  endpointOf,
} from "./children";
import { clusterKey } from "./kms";
import { networkOf } from "./network";
import { notificationTopic } from "./notifications";
import { preflightProblems } from "./preflight";
import { installedProvider, providerWarnings } from "./providerVersion";
import { retryWhileEnabling } from "./retries";
import { MAX_CLUSTER_NAME, resolveCluster, SPOT_PLACEMENT } from "./resolve";
import { GKE_CLUSTER } from "./validation";
import { problemsOf, resourceName } from "../shared/checks";
import { outputsOf, throwProblems } from "../shared/component";
import { PartsOf } from "../shared/partsOf";
import type { Placement } from "../types";
import type { GkeClusterArgs } from "./args";

interface Parts {
  provider: k8s.Provider;
  cluster: gcp.container.Cluster;
  nodePool: gcp.container.NodePool;
  spotPlacement?: Placement;
}
const parts = new PartsOf<GkeCluster, Parts>();

/**
 * A Kubernetes cluster on Google Cloud for brokers and workers, with a `provider` that deploys to it. Its nodes
 * are in one or three zones, have no public addresses, and use a service account that can only write logs and
 * metrics. Google repairs and upgrades them one at a time. NetworkPolicies are enforced, Workload Identity is enabled,
 * and Secrets are encrypted with a key of yours. docs/how-to/gke.md lists the recommendations of the CIS benchmark and
 * how each is answered. Creating a cluster takes about ten minutes.
 *
 * **Cost** per month = control plane fee (the same for a zone and a region) + `nodes` x (machine + `diskGb` of
 * balanced disk) + spot machines by the hour + with private nodes, the NAT gateway per node and per GB + traffic
 * between zones per GB, which the three broker nodes of a region cause with every message + logs beyond
 * 50 GB per project + flow logs + samples of Managed Service for Prometheus + $0.06 per version of the key + the fee of
 * Binary Authorization. The brokers' disks are extra. docs/how-to/gke.md has an example.
 *
 * @example
 * ```ts
 * const cluster = new GkeCluster("infra", { project: "my-project", location: "us-east1", dnsEndpoint: true });
 * new HaCelery("orders", { ... }, { provider: cluster.provider });
 * ```
 */
export class GkeCluster extends pulumi.ComponentResource {
  /** Name of the cluster: the component's name with Pulumi's random suffix. */
  readonly clusterName: pulumi.Output<string>;
  /** ID of the cluster, `projects/PROJECT/locations/LOCATION/clusters/NAME`. */
  readonly clusterId: pulumi.Output<string>;
  /** Address or DNS name of the control plane, as in the kubeconfig. */
  readonly endpoint: pulumi.Output<string>;
  /** Kubeconfig in JSON, which authenticates with gke-gcloud-auth-plugin and contains no token. Secret. */
  readonly kubeconfig: pulumi.Output<string>;
  /** Service account of the nodes, for `readers` of a `ContainerRegistry`. */
  readonly nodeServiceAccountEmail: pulumi.Output<string>;
  /** Workload Identity pool, which gives Kubernetes service accounts roles of Google Cloud. */
  readonly workloadPool: pulumi.Output<string>;
  /** Key that encrypts Secrets, and with the scope `disks` also disks. Empty if Google's keys encrypt everything. */
  readonly encryptionKey: pulumi.Output<string>;
  /** ID of the Pub/Sub topic with upgrades and security bulletins. Empty without `notifications`. */
  readonly notificationTopic: pulumi.Output<string>;

  /**
   * @param name DNS label of at most 24 characters; part of the names of all resources.
   * @param args See `GkeClusterArgs`.
   * @param opts Optionally a Google Cloud provider.
   * @throws ResourceError that lists every problem of `args`, and a missing gke-gcloud-auth-plugin.
   */
  constructor(name: string, args: GkeClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-celery:index:GkeCluster", name, args, opts);
    throwProblems(this, name, [
      ...resourceName(MAX_CLUSTER_NAME)("name", name),
      ...problemsOf(args, GKE_CLUSTER),
      ...preflightProblems(this),
    ]);
    for (const warning of providerWarnings(installedProvider())) void pulumi.log.warn(warning, this);
    const gke = resolveCluster(name, args);

    const hooks = gke.enableApis ? retryWhileEnabling(`${name}-cluster`) : {};
    const apis = gke.enableApis
      ? enableApis({ name, project: gke.project, parent: this, hooks }, clusterApis(gke))
      : [];
    const child = { parent: this, dependsOn: apis, hooks };
    const nodeAccount = createNodeAccount(gke, child);
    const network = networkOf(gke, child);
    const key = clusterKey(gke, child);
    const topic = notificationTopic(gke, child);
    const cluster = createControlPlane(child, gke, nodeAccount, { network, key, topic });
    const pools = createNodePools(this, gke, cluster, nodeAccount, { network, key });
    const policy = admissionPolicy(gke, cluster, child);
    backupPlan(gke, cluster, child);

    this.clusterName = cluster.name;
    this.clusterId = cluster.id;
    this.endpoint = endpointOf(gke, cluster);
    this.kubeconfig = createKubeconfig(gke, cluster);
    this.nodeServiceAccountEmail = nodeAccount.account.email;
    this.workloadPool = pulumi.output(gke.workloadPool);
    this.encryptionKey = pulumi.output(key?.id ?? "");
    this.notificationTopic = pulumi.output(topic?.id ?? "");
    this.registerOutputs(outputsOf(this));
    parts.set(this, {
      provider: createProvider(this, gke, cluster, pools, this.kubeconfig, policy),
      cluster,
      nodePool: pools.main,
      spotPlacement: pools.spot && SPOT_PLACEMENT,
    });
  }

  /** Provider that deploys to the cluster once its nodes exist. */
  get provider(): k8s.Provider {
    return parts.of(this).provider;
  }

  /** The control plane. */
  get cluster(): gcp.container.Cluster {
    return parts.of(this).cluster;
  }

  /** The main node pool. */
  get nodePool(): gcp.container.NodePool {
    return parts.of(this).nodePool;
  }

  /** Placement of workers on the spot pool: `{ name: "mail", ...cluster.spotPlacement }`. */
  get spotPlacement(): Placement {
    const { spotPlacement } = parts.of(this);
    if (!spotPlacement) {
      throw new pulumi.ResourceError(
        "spotPlacement is not available, because the GkeCluster has no spot pool. Add one with spotPool: { maxNodes: 6 }.",
        this,
        true,
      );
    }
    return spotPlacement;
  }
}
