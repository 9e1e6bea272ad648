import { randomUUID } from "node:crypto";
import { startedLike } from "../../components/inject/objects";
import type { Cluster } from "../../operate/cluster/cluster";
import type { Installation } from "../../operate/cluster/installation";
import { isReady, nameOf } from "../../operate/cluster/objects";
import { workerContainer } from "../../operate/drill/load/objects";
import { poolOf } from "../../operate/drill/load/pool";
import { until } from "../../operate/waiting";
import { scalePool, setReplicas } from "../compare/scale";

/**
 * Stops a pool, publishes a task for it from a worker of another pool, and starts it. Returns the seconds until the task
 * has succeeded, from the change of the Deployment's replicas to 1, which KEDA makes.
 */
export async function coldStart(
  cluster: Cluster,
  installation: Installation,
  [cold, other]: readonly [string, string],
  signal: AbortSignal,
): Promise<number> {
  const { namespace } = installation;
  const [pool, sender] = [poolOf(installation, { pool: cold }), poolOf(installation, { pool: other })];
  await scalePool(cluster, namespace, pool, 0, signal);
  const id = `cold-${randomUUID()}`;
  const [pod] = (await cluster.pods(namespace, sender.selector)).filter(isReady);
  const { name: container, command } = workerContainer(pod?.spec ?? { containers: [] });
  const publish = `from counter.tasks import count; count.apply_async(task_id="${id}", queue="${pool.queue}")`;
  await cluster.exec(
    { namespace, pod: nameOf(pod ?? {}), container },
    ...startedLike(command, ["python", "-c", publish]),
  );
  const from = Date.now();
  await setReplicas(cluster, namespace, pool.name, 1);
  let succeeded = 0;
  await until(`the task of ${cold} has succeeded`, 120, signal, async () => {
    const [started] = await cluster.pods(namespace, pool.selector);
    if (!started) return false;
    const log = await cluster.core
      .readNamespacedPodLog({ namespace, name: nameOf(started), timestamps: true })
      .catch(() => "");
    const line = log.split("\n").find((text) => text.includes(id) && text.includes(" succeeded in "));
    succeeded = Date.parse(line?.split(" ")[0] ?? "");
    return line !== undefined;
  });
  return (succeeded - from) / 1000;
}
