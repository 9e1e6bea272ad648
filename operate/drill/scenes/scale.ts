import { isReady } from "../../cluster/cluster";
import type { Drill, Scene } from "./scene";

export const scale: Scene = {
  name: "scale",
  summary: "the workers are scaled to 0, to twice their number and back, while tasks come in",
  holdSeconds: 0,
  limits: {
    publishGapSeconds: 1,
    // A worker that is scaled away ends its tasks first.
    duplicated: 0,
    fullStrengthSeconds: 60,
  },
  async inject(drill) {
    const { workers } = drill.load.options;
    drill.undo(`${workers} workers again`, () => scaleTo(drill, workers));
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
