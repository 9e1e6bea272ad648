import { nameOf } from "../cluster/cluster";
import type { Scene } from "./scene";
import { BUSY, someWorker } from "./shared/workers";

export const workerKillPod: Scene = {
  name: "worker-kill-pod",
  summary: "a worker's pod is deleted by force in the middle of its tasks",
  load: BUSY,
  holdSeconds: 15,
  limits: {
    publishGapSeconds: 1,
    consumeGapSeconds: 2,
    workerBackSeconds: 15,
    // The kernel closes the connection, so the tasks are free at once; then they wait for a slot.
    redeliverySeconds: 5,
    duplicated: "running",
  },
  async inject(drill) {
    const { namespace } = drill.load;
    const name = nameOf(await someWorker(drill));
    await drill.cluster.core.deleteNamespacedPod({ namespace, name, gracePeriodSeconds: 0 });
    drill.event(`${name} deleted`);
  },
};
