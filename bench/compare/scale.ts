import type { Cluster } from "../../operate/cluster/cluster";
import { isReady } from "../../operate/cluster/objects";
import type { Pool } from "../../operate/drill/load/pool";
import { until } from "../../operate/waiting";

const SCALE_SECONDS = 180;

/** Patch of the scale of a Deployment or a StatefulSet. */
export const replicasPatch = (value: number) => [{ op: "replace", path: "/spec/replicas", value }];

/** Sets the replicas of a Deployment, and returns before its pods have changed. */
export async function setReplicas(
  cluster: Cluster,
  namespace: string,
  name: string,
  value: number,
): Promise<void> {
  await cluster.apps.patchNamespacedDeploymentScale({ namespace, name, body: replicasPatch(value) });
}

/** Scales a pool, and waits until exactly this many workers run and are ready. */
export async function scalePool(
  cluster: Cluster,
  namespace: string,
  { name, selector }: Pool,
  replicas: number,
  signal: AbortSignal,
): Promise<void> {
  await setReplicas(cluster, namespace, name, replicas);
  await until(`${name} has ${replicas} workers`, SCALE_SECONDS, signal, async () => {
    // Terminating workers count, because they still run.
    const { items } = await cluster.core.listNamespacedPod({ namespace, labelSelector: selector });
    return items.length === replicas && items.every(isReady);
  });
}
