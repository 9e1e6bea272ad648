import { nameOf } from "../../cluster/objects";
import type { Scene } from "./scene";
import { anyWorker } from "./shared/workers";

export const workerKillPod: Scene = {
  name: "worker-kill-pod",
  summary: "force-deletes a worker's pod while it runs tasks",
  // Longer than the two seconds that a pod gets even when it is force-deleted.
  load: { taskSeconds: 5, concurrency: 4, rate: 2.5, prefetch: 1 },
  holdSeconds: 15,
  limits: {
    publishGapSeconds: 1,
    // In the worst case, all slots finish at the same time.
    consumeGapSeconds: 6,
    workerBackSeconds: 15,
    // The pod is killed after two seconds and the kernel closes its connection. A second later the tasks are requeued
    // and wait for a slot.
    redeliverySeconds: 12,
    // A killed task has not finished on that worker, so its next run is not a duplicate.
    duplicated: 1,
  },
  async inject(drill) {
    const { namespace } = drill.load;
    const name = nameOf(await anyWorker(drill));
    await drill.cluster.core.deleteNamespacedPod({ namespace, name, gracePeriodSeconds: 0 });
    drill.event(`${name} deleted`);
  },
};
