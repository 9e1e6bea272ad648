import type { V1Node } from "@kubernetes/client-node";
import type { Brokers } from "../cluster/brokers";
import { alarmProblems, alarmsOf } from "../cluster/brokerStatus";
import type { Cluster } from "../cluster/cluster";
import type { Installation } from "../cluster/installation";
import { describeMarked, findMarked } from "./guard/marks";
import { isReady, labelSelector, nameOf } from "../cluster/objects";

/** Worker pods that must be ready before the installation counts as healthy. */
export interface ExpectedWorkers {
  readonly namespace: string;
  readonly selector: string;
  readonly replicas: number;
}

/**
 * Returns everything that is unhealthy. A healthy installation has all nodes ready, all brokers running, every member
 * of every queue online, no alarm, no change that a drill has made, and all workers ready.
 */
export async function healthProblems(
  cluster: Cluster,
  brokers: Brokers,
  workers: readonly ExpectedWorkers[],
): Promise<string[]> {
  const [nodes, marked, pods, members, queues, ...workerPods] = await Promise.all([
    cluster.core.listNode(),
    findMarked(cluster, brokers.namespace),
    brokers.pods(),
    brokers.members().catch(() => []),
    brokers.queues().catch(() => undefined),
    ...workers.map(({ namespace, selector }) => cluster.pods(namespace, selector)),
  ]);
  const { replicas } = brokers;
  const ready = pods.filter(isReady).length;
  const running = members.filter((member) => member.running);
  return [
    ...nodes.items
      .filter((node) => !isUsable(node))
      .map((node) => `node ${nameOf(node)} is not ready or is cordoned`),
    ...marked.map((each) => `${describeMarked(each)} by drill ${each.mark.run}`),
    ...(ready < replicas ? [`${ready} of ${replicas} broker pods are ready`] : []),
    ...(running.length < replicas ? [`${running.length} of ${replicas} broker nodes are running`] : []),
    ...alarmProblems(alarmsOf(members)),
    ...(queues === undefined ? ["no broker reports its queues"] : []),
    ...(queues ?? [])
      .filter(({ members, online }) => members.length < replicas || online.length < replicas)
      .map(
        ({ name, members, online }) =>
          `queue ${name} has ${online.length} of ${replicas} members online (${members.length} in total)`,
      ),
    ...workers.flatMap(({ selector, replicas: expected }, index) => {
      const count = workerPods[index]?.filter(isReady).length ?? 0;
      return count < expected ? [`${count} of ${expected} workers are ready (${selector})`] : [];
    }),
  ];
}

const isUsable = (node: V1Node): boolean => !node.spec?.unschedulable && isReady(node);

/** The workers of the user's own pools. */
export const expectedPools = ({ namespace, pools }: Installation): ExpectedWorkers[] =>
  pools.map(({ spec }) => ({
    namespace,
    selector: labelSelector(spec?.selector.matchLabels),
    replicas: spec?.replicas ?? 1,
  }));
