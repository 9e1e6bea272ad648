import { nameOf } from "../../cluster/cluster";
import type { Scene } from "./scene";
import { someWorker } from "./shared/workers";

export const workerKillPod: Scene = {
  name: "worker-kill-pod",
  summary: "a worker's pod is deleted by force in the middle of its tasks",
  // Longer than the two seconds that even a forced deletion leaves a pod.
  load: { taskSeconds: 5, concurrency: 4, rate: 2.5, prefetch: 1 },
  holdSeconds: 15,
  limits: {
    publishGapSeconds: 1,
    // At worst all slots are in step with each other.
    consumeGapSeconds: 6,
    workerBackSeconds: 15,
    // Two seconds until the pod is killed, then the kernel closes its connection; the tasks come back a second later and wait for a slot.
    redeliverySeconds: 12,
    // A task that is killed in the middle has not ended there.
    duplicated: 1,
  },
  async inject(drill) {
    const { namespace } = drill.load;
    const name = nameOf(await someWorker(drill));
    await drill.cluster.core.deleteNamespacedPod({ namespace, name, gracePeriodSeconds: 0 });
    drill.event(`${name} deleted`);
  },
};
