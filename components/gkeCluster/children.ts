import * as gcp from "@pulumi/gcp";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type ClusterOf, clusterSpec } from "./cluster";
import { type ClusterKey, diskKey } from "./kms";
import { kubeconfigOf } from "./kubeconfig";
import { ACCOUNT_ID_LENGTH, KEPT_ACCOUNT_ID, thisStack, uniqueId } from "./names";
import type { ClusterNetwork } from "./network";
import { mainPool, NODE_ROLE, spotPool } from "./nodes";
import { rejectMachineChange } from "./machineChange";
import { type ResolvedCluster, CLUSTER_TIMEOUTS, POOL_TIMEOUTS } from "./resolve";
import { replaceable, stateful } from "../shared/childOptions";
import { mergeErrorHooks } from "../shared/errorHook";
import { limitDrain } from "../shared/nodeDrain";
import { explainUnknownCluster } from "./unknownCluster";
import { DRAIN_SECONDS } from "./upgrades";

/** Service account of the nodes, and the grant of its role. */
export interface NodeAccount {
  account: gcp.serviceaccount.Account;
  grant: gcp.projects.IAMMember;
}

/** Options of all children: they wait for the APIs. */
export interface ChildOptions extends pulumi.CustomResourceOptions {
  parent: pulumi.Resource;
  dependsOn: pulumi.Resource[];
  hooks: pulumi.ResourceHookBinding;
}

export function createNodeAccount(
  { name, project }: ResolvedCluster,
  child: pulumi.CustomResourceOptions,
): NodeAccount {
  const account = new gcp.serviceaccount.Account(
    `${name}-nodes`,
    {
      project,
      accountId: uniqueId(name, thisStack(), ACCOUNT_ID_LENGTH),
      displayName: `Nodes of the GKE cluster ${name}`,
    },
    { ...child, ignoreChanges: KEPT_ACCOUNT_ID },
  );
  const grant = new gcp.projects.IAMMember(
    `${name}-nodes`,
    { project, role: NODE_ROLE, member: account.member },
    child,
  );
  return { account, grant };
}

export function createControlPlane(
  child: ChildOptions,
  gke: ResolvedCluster,
  { account, grant }: NodeAccount,
  of: Omit<ClusterOf, "account">,
): gcp.container.Cluster {
  const spec = clusterSpec(gke, { ...of, account: account.email });
  return new gcp.container.Cluster(`${gke.name}-cluster`, spec, {
    ...child,
    ...stateful(child.parent, gke.deletionProtection),
    dependsOn: [...child.dependsOn, grant, ...(of.key?.grants ?? [])],
    // They describe the removed default pool; what Google reports about it would replace the cluster.
    ignoreChanges: ["initialNodeCount", "nodeConfig"],
    hooks: mergeErrorHooks(child.hooks, explainUnknownCluster(gke.name, child.parent)),
    customTimeouts: CLUSTER_TIMEOUTS,
  });
}

/** Resources that node pools need besides their cluster and account. */
export interface PoolsOf {
  network: ClusterNetwork;
  key: ClusterKey | undefined;
}

/** Node pools of a cluster. */
export interface NodePools {
  main: gcp.container.NodePool;
  spot: gcp.container.NodePool | undefined;
}

export function createNodePools(
  parent: pulumi.Resource,
  gke: ResolvedCluster,
  cluster: gcp.container.Cluster,
  { account, grant }: NodeAccount,
  { network, key }: PoolsOf,
): NodePools {
  const options = { dependsOn: [grant, ...network.egress], customTimeouts: POOL_TIMEOUTS };
  const owner = { cluster: cluster.name, account: account.email, diskKey: diskKey(gke, key) };
  const main = new gcp.container.NodePool(`${gke.name}-nodes`, mainPool(gke, owner), {
    ...options,
    ...stateful(parent, gke.deletionProtection),
    ...(gke.deletionProtection && { hooks: rejectMachineChange(gke.name) }),
  });
  const spot =
    gke.spotPool &&
    new gcp.container.NodePool(`${gke.name}-spot`, spotPool(gke, gke.spotPool, owner), {
      ...options,
      ...replaceable(parent),
    });
  return { main, spot };
}

export function endpointOf(gke: ResolvedCluster, cluster: gcp.container.Cluster): pulumi.Output<string> {
  return gke.dnsEndpoint ? cluster.controlPlaneEndpointsConfig.dnsEndpointConfig.endpoint : cluster.endpoint;
}

export function createKubeconfig(
  gke: ResolvedCluster,
  cluster: gcp.container.Cluster,
): pulumi.Output<string> {
  // The DNS endpoint has a certificate of a public authority.
  const authority = gke.dnsEndpoint ? undefined : cluster.masterAuth.clusterCaCertificate;
  return pulumi.secret(
    pulumi
      .all([cluster.name, endpointOf(gke, cluster), authority])
      .apply(([cluster, endpoint, authority]) => kubeconfigOf({ ...gke, cluster, endpoint, authority })),
  );
}

export function createProvider(
  parent: pulumi.Resource,
  { name }: ResolvedCluster,
  cluster: gcp.container.Cluster,
  pools: NodePools,
  kubeconfig: pulumi.Output<string>,
  policy: pulumi.Resource[],
): k8s.Provider {
  const provider = new k8s.Provider(
    `${name}-kubernetes`,
    // The provider identifies the cluster by its id. Without it, a new address would replace every object.
    { kubeconfig, clusterIdentifier: cluster.id },
    // Pods are created after the nodes and deleted before them.
    {
      parent,
      dependsOn: [pools.main, ...(pools.spot ? [pools.spot] : []), ...policy],
      replaceWith: [cluster],
    },
  );
  limitDrain(provider, DRAIN_SECONDS);
  return provider;
}
