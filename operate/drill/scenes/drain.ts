import type { V1Pod } from "@kubernetes/client-node";
import { nameOf } from "../../cluster/cluster";
import { type Drill, nodeOf, type Scene } from "./scene";
import { BROKER_LIMITS } from "./shared/brokerLimits";

const EVICTION_SECONDS = 300;

export const drain: Scene = {
  name: "drain",
  summary: "the leader's node is cordoned and drained of broker node and workers, and uncordoned after",
  holdSeconds: 30,
  limits: BROKER_LIMITS,
  async inject(drill) {
    const node = drill.victim.kubernetesNode;
    drill.undo(`${node} uncordoned`, () => cordon(drill, node, false));
    await cordon(drill, node, true);
    drill.event(`${node} cordoned`);
    const pods = await podsToEvict(drill, node);
    await Promise.all(pods.map((pod) => evict(drill, pod)));
    drill.event(`${node} drained of ${pods.length} pods`);
  },
};

async function cordon({ cluster }: Drill, name: string, unschedulable: boolean): Promise<void> {
  await cluster.core.patchNode({
    name,
    body: [{ op: "add", path: "/spec/unschedulable", value: unschedulable }],
  });
}

/** Those of the installation and of the drill. Others on the node are nobody's business here. */
async function podsToEvict({ cluster, brokers, load }: Drill, node: string): Promise<V1Pod[]> {
  const lists = await Promise.all([
    cluster.pods(brokers.namespace, "app.kubernetes.io/part-of=ha-celery"),
    cluster.pods(load.namespace, load.workerSelector),
    cluster.pods(load.namespace, load.publisherSelector),
  ]);
  const found = lists.flat().filter((pod) => nodeOf(pod) === node && isEvictable(pod));
  return [...new Map(found.map((pod) => [pod.metadata?.uid, pod])).values()];
}

/** As `kubectl drain` does: not those that would come back on the same node, nor those that have ended. */
const isEvictable = ({ metadata, status }: V1Pod): boolean =>
  !metadata?.ownerReferences?.some(({ kind }) => kind === "DaemonSet" || kind === "Node") &&
  status?.phase !== "Succeeded" &&
  status?.phase !== "Failed";

/** Waits until a disruption budget allows it, and then until the pod has ended. */
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
      const code = (error as { code?: number }).code;
      if (code === 404) return true;
      // The budget allows no more just now.
      if (code === 429) return false;
      throw error;
    }
  });
}
