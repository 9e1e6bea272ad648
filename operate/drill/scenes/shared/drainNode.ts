import type { V1Pod } from "@kubernetes/client-node";
import { INSTALLATION_SELECTOR, nameOf, statusCodeOf } from "../../../cluster/objects";
import type { Drill } from "../scene";
import { nodeOf } from "./container";
import { cordon } from "./cordon";

const EVICTION_SECONDS = 300;

/**
 * Cordons a node and evicts the pods of the installation and of the drill; other pods stay. Returns when the
 * PodDisruptionBudgets have allowed all evictions. The pods may still be stopping.
 */
export async function drainNode(drill: Drill, node: string): Promise<V1Pod[]> {
  await cordon(drill, node);
  const pods = await podsToEvict(drill, node);
  await Promise.all(pods.map((pod) => evict(drill, pod)));
  return pods;
}

export async function untilGone(drill: Drill, pods: readonly V1Pod[]): Promise<void> {
  await Promise.all(
    pods.map((pod) =>
      drill.until(`${nameOf(pod)} is gone`, EVICTION_SECONDS, async () => !(await exists(drill, pod))),
    ),
  );
}

async function podsToEvict({ cluster, brokers, load }: Drill, node: string): Promise<V1Pod[]> {
  const lists = await Promise.all([
    cluster.pods(brokers.namespace, INSTALLATION_SELECTOR),
    cluster.pods(load.namespace, load.workerSelector),
    cluster.pods(load.namespace, load.publisherSelector),
  ]);
  const found = lists.flat().filter((pod) => nodeOf(pod) === node && isEvictable(pod));
  return [...new Map(found.map((pod) => [pod.metadata?.uid, pod])).values()];
}

/** Like `kubectl drain`, skips pods that would be recreated on the same node, and pods that have ended. */
const isEvictable = ({ metadata, status }: V1Pod): boolean =>
  !metadata?.ownerReferences?.some(({ kind }) => kind === "DaemonSet" || kind === "Node") &&
  status?.phase !== "Succeeded" &&
  status?.phase !== "Failed";

async function evict(drill: Drill, pod: V1Pod): Promise<void> {
  const target = addressOf(pod);
  await drill.until(`${target.name} may be evicted`, EVICTION_SECONDS, async () => {
    try {
      await drill.cluster.core.createNamespacedPodEviction({ ...target, body: { metadata: target } });
      return true;
    } catch (error) {
      const code = statusCodeOf(error);
      if (code === 404) return true;
      // The PodDisruptionBudget does not allow another eviction yet.
      if (code === 429) return false;
      throw error;
    }
  });
}

async function exists({ cluster }: Drill, pod: V1Pod): Promise<boolean> {
  try {
    return (await cluster.core.readNamespacedPod(addressOf(pod))).metadata?.uid === pod.metadata?.uid;
  } catch (error) {
    if (statusCodeOf(error) === 404) return false;
    throw error;
  }
}

const addressOf = (pod: V1Pod) => ({ name: nameOf(pod), namespace: pod.metadata?.namespace ?? "" });
