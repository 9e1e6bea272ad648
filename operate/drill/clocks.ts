import type { V1Pod } from "@kubernetes/client-node";
import type { Cluster } from "../cluster/cluster";
import { nameOf } from "../cluster/objects";
import { workerContainer } from "./load/objects";

/** Clocks that differ by less do not change a verdict much. */
const TOLERANCE_SECONDS = 1;
const TIME = ["python", "-c", "import time; print(time.time())"];

/** A machine whose clock differs from the one of this computer. */
export interface WrongClock {
  readonly kubernetesNode: string;
  /** Positive if the machine's clock is ahead. It differs by at least this much. */
  readonly seconds: number;
}

/**
 * Returns the machines of pods whose clock is wrong by more than a second. The figures of a drill come from these
 * clocks. A pod in which Python cannot run says nothing about its machine.
 */
export async function findWrongClocks(cluster: Cluster, pods: readonly V1Pod[]): Promise<WrongClock[]> {
  const byNode = new Map(pods.map((pod) => [pod.spec?.nodeName ?? "", pod]));
  const differences = await Promise.all(
    [...byNode].map(async ([kubernetesNode, pod]) => ({
      kubernetesNode,
      seconds: await differenceOf(cluster, pod).catch(() => 0),
    })),
  );
  return differences.filter(({ seconds }) => Math.abs(seconds) > TOLERANCE_SECONDS);
}

/** Returns 0 if the pod's time is between those at which it was asked and answered. */
async function differenceOf(cluster: Cluster, pod: V1Pod): Promise<number> {
  const { namespace = "" } = pod.metadata ?? {};
  const { name: container } = workerContainer(pod.spec ?? { containers: [] });
  const asked = Date.now() / 1000;
  const time = Number(await cluster.exec({ namespace, pod: nameOf(pod), container }, ...TIME));
  const answered = Date.now() / 1000;
  if (!Number.isFinite(time)) return 0;
  return Math.max(time - answered, 0) + Math.min(time - asked, 0);
}

export const describeWrongClock = ({ kubernetesNode, seconds }: WrongClock): string =>
  `the clock of ${kubernetesNode} is ${Math.abs(seconds).toFixed(0)} s ${seconds > 0 ? "ahead of" : "behind"} this computer's, which makes the figures wrong by as much`;
