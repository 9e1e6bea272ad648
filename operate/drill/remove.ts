import type { Brokers } from "../cluster/brokers";
import type { Cluster } from "../cluster/cluster";
import { ignoreNotFound, isReady, nameOf, statusCodeOf } from "../cluster/objects";
import { messageOf } from "../errors";
import { until } from "../waiting";
import { loadSelector, Role, runSelector, selectorOf } from "./load/names";

const NAMESPACE_GONE_SECONDS = 90;

/** Removes all Kubernetes objects of a run except its agents. What its guard owns may take some seconds longer. */
export async function removeObjects(cluster: Cluster, namespace: string, run: string): Promise<void> {
  await removeLoad(cluster, namespace, run);
  await removeGuard(cluster, namespace, run);
}

/** Removes publisher, workers, and ledger of a run. */
export async function removeLoad(cluster: Cluster, namespace: string, run: string): Promise<void> {
  const all = deletionOf(namespace, loadSelector(run));
  await Promise.all([
    cluster.batch.deleteCollectionNamespacedJob(all),
    cluster.apps.deleteCollectionNamespacedDeployment(all),
    cluster.core.deleteCollectionNamespacedService(all),
    cluster.networkPolicies.deleteCollectionNamespacedNetworkPolicy(all),
  ]);
  // After their owners, which would replace them.
  await cluster.core.deleteCollectionNamespacedPod(all);
}

/** Removes the guard of a run, with everything that it owns. It can undo nothing from then on. */
export async function removeGuard(cluster: Cluster, namespace: string, run: string): Promise<void> {
  // Each ClusterRoleBinding owns its ClusterRole.
  await cluster.rbac
    .deleteCollectionClusterRoleBinding({ labelSelector: runSelector(run) })
    .catch((error: unknown) => {
      // A user who may not delete them has not created any.
      if (statusCodeOf(error) !== 403) throw error;
    });
  const all = deletionOf(namespace, selectorOf(run, Role.Guard));
  await cluster.batch.deleteCollectionNamespacedJob(all);
  await cluster.core.deleteCollectionNamespacedPod(all);
}

const deletionOf = (namespace: string, labelSelector: string) => ({
  namespace,
  labelSelector,
  gracePeriodSeconds: 0,
  propagationPolicy: "Background",
});

/** Deletes a queue and its messages. Does nothing if it does not exist. */
export async function deleteQueue(brokers: Brokers, queue: string): Promise<void> {
  const [pod] = (await brokers.pods()).filter(isReady);
  if (!pod) throw new Error("no broker is ready");
  const command = ["rabbitmqctl", "--quiet", "delete_queue", `--vhost=${brokers.vhost}`, queue];
  await brokers.exec({ pod: nameOf(pod) }, ...command).catch((error: unknown) => {
    if (!/not.found|not_found|no such queue/i.test(messageOf(error))) throw error;
  });
}

/** Deletes a namespace of agents, and waits until it is gone: agents undo their changes when they end. */
export async function deleteNamespace(cluster: Cluster, name: string): Promise<void> {
  await cluster.core.deleteNamespace({ name }).catch((error: unknown) => {
    // It is being deleted.
    if (statusCodeOf(error) !== 409) ignoreNotFound(error);
  });
  const signal = AbortSignal.timeout(NAMESPACE_GONE_SECONDS * 2000);
  await until(`namespace ${name} is gone`, NAMESPACE_GONE_SECONDS, signal, async () => {
    return (await cluster.core.readNamespace({ name }).catch(ignoreNotFound)) === undefined;
  });
}
