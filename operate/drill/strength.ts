import type { V1Node } from "@kubernetes/client-node";
import type { Brokers } from "../cluster/brokers";
import { type Cluster, isReady, nameOf } from "../cluster/cluster";
import type { Installation } from "../cluster/installation";

/** Worker pods that must be ready for the whole to be whole. */
export interface WorkersWanted {
  readonly namespace: string;
  readonly selector: string;
  readonly replicas: number;
}

/** What is missing for full strength: nodes ready, brokers in quorum, every member of every queue online, all workers consuming. Empty: nothing. */
export async function missing(
  cluster: Cluster,
  brokers: Brokers,
  workers: readonly WorkersWanted[],
): Promise<string[]> {
  const [nodes, pods, running, queues, ...workerPods] = await Promise.all([
    cluster.core.listNode(),
    brokers.pods(),
    brokers.running().catch(() => []),
    brokers.queues().catch(() => undefined),
    ...workers.map(({ namespace, selector }) => cluster.pods(namespace, selector)),
  ]);
  const ready = pods.filter(isReady).length;
  return [
    ...nodes.items
      .filter((node) => !isUp(node))
      .map((node) => `node ${nameOf(node)} is not ready, or cordoned`),
    ...(ready < brokers.replicas ? [`${ready} of ${brokers.replicas} broker pods are ready`] : []),
    ...(running.length < brokers.replicas
      ? [`${running.length} of ${brokers.replicas} broker nodes run`]
      : []),
    ...(queues === undefined ? ["no broker tells of its queues"] : []),
    ...(queues ?? [])
      .filter(({ members, online }) => members.length < brokers.replicas || online.length < brokers.replicas)
      .map(
        ({ name, members, online }) =>
          `queue ${name} has ${online.length} of ${brokers.replicas} members online (${members.length} in all)`,
      ),
    ...workers.flatMap(({ selector, replicas }, index) => {
      const count = workerPods[index]?.filter(isReady).length ?? 0;
      return count < replicas ? [`${count} of ${replicas} workers consume (${selector})`] : [];
    }),
  ];
}

const isUp = (node: V1Node): boolean =>
  !node.spec?.unschedulable &&
  (node.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false);

/** What the user's own pools have to have. */
export function poolsOf({ namespace, pools }: Installation): WorkersWanted[] {
  return pools.map(({ spec }) => ({
    namespace,
    selector: Object.entries(spec?.selector.matchLabels ?? {})
      .map(([key, value]) => `${key}=${value}`)
      .join(","),
    replicas: spec?.replicas ?? 1,
  }));
}
