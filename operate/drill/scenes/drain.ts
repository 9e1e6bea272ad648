import type { V1Pod } from "@kubernetes/client-node";
import { INSTALLATION_SELECTOR, nameOf, statusCodeOf } from "../../cluster/objects";
import type { Drill, Scene } from "./scene";
import { BROKER_LIMITS } from "./shared/brokerLimits";
import { cordon } from "./shared/cordon";
import { nodeOf } from "./shared/container";

const EVICTION_SECONDS = 300;

export const drain: Scene = {
  name: "drain",
  summary: "cordons the leader's node, evicts its broker and workers, and uncordons it afterward",
  holdSeconds: 30,
  limits: BROKER_LIMITS,
  async inject(drill) {
    const node = drill.victim.kubernetesNode;
    await cordon(drill, node);
    const pods = await podsToEvict(drill, node);
    await Promise.all(pods.map((pod) => evict(drill, pod)));
    drill.event(`${node} drained of ${pods.length} pods`);
  },
};

/** Returns the pods of the installation and of the drill. Other pods on the node stay. */
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

/** Waits until the PodDisruptionBudget allows the eviction, and then until the pod is gone. */
async function evict(drill: Drill, pod: V1Pod): Promise<void> {
  const [name, namespace] = [nameOf(pod), pod.metadata?.namespace ?? ""];
  const { core } = drill.cluster;
  const body = { metadata: { name, namespace } };
  let evicted = false;
  await drill.until(`${name} is evicted and gone`, EVICTION_SECONDS, async () => {
    try {
      if (!evicted) await core.createNamespacedPodEviction({ name, namespace, body });
      evicted = true;
      return (await core.readNamespacedPod({ name, namespace })).metadata?.uid !== pod.metadata?.uid;
    } catch (error) {
      const code = statusCodeOf(error);
      if (code === 404) return true;
      // The PodDisruptionBudget does not allow another eviction yet.
      if (code === 429) return false;
      throw error;
    }
  });
}
