import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "../../operate/cluster/cluster";
import { ignoreNotFound } from "../../operate/cluster/objects";

const REMOVE_SECONDS = 120;

/** Removes a namespace with everything in it, including volumes, and without waiting for pods to stop in order. */
export async function removeNamespace({ core }: Cluster, namespace: string): Promise<void> {
  await core.deleteNamespace({ name: namespace, gracePeriodSeconds: 0 }).catch(ignoreNotFound);
  for (const end = Date.now() + REMOVE_SECONDS * 1000; Date.now() < end; await sleep(1000)) {
    await core.deleteCollectionNamespacedPod({ namespace, gracePeriodSeconds: 0 }).catch(ignoreNotFound);
    if (!(await core.readNamespace({ name: namespace }).catch(ignoreNotFound))) return;
  }
  throw new Error(
    `the namespace ${namespace} still exists after ${REMOVE_SECONDS} s. Find out why: kubectl get namespace ${namespace} -o yaml`,
  );
}
