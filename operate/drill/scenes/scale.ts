import { isReady } from "../../cluster/objects";
import type { Drill, Scene } from "./scene";

export const scale: Scene = {
  name: "scale",
  summary: "scales the workers to 0, to twice their number, and back, while tasks are published",
  holdSeconds: 0,
  limits: {
    publishGapSeconds: 1,
    // A worker finishes its tasks before it stops.
    duplicated: 0,
    fullStrengthSeconds: 60,
  },
  async inject(drill) {
    const { workers } = drill.load.options;
    drill.undo(`scaled back to ${workers} workers`, () => scaleTo(drill, workers));
    for (const replicas of [0, 2 * workers, workers]) {
      await scaleTo(drill, replicas);
      drill.event(`${replicas} workers`);
      await drill.until(`there are ${replicas} workers`, 120, async () => {
        const { namespace, workerSelector } = drill.load;
        const pods = await drill.cluster.pods(namespace, workerSelector);
        return pods.length === replicas && pods.every(isReady);
      });
      await drill.wait(5);
    }
  },
};

async function scaleTo({ cluster, load }: Drill, replicas: number): Promise<void> {
  await cluster.apps.patchNamespacedDeploymentScale({
    namespace: load.namespace,
    name: load.workersName,
    body: [{ op: "replace", path: "/spec/replicas", value: replicas }],
  });
}
