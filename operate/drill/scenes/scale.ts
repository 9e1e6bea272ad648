import { isReady } from "../../cluster/objects";
import { Fault, markPatch, unmarkPatch } from "../guard/marks";
import type { Drill, Scene } from "./scene";
import { ignoreUnmarked } from "./shared/cordon";

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
    const workers = await prepare(drill);
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

/** Marks the Deployment, registers the undo step, and returns the number of workers. */
async function prepare(drill: Drill): Promise<number> {
  const { apps } = drill.cluster;
  const { run, namespace, workersName: name } = drill.load;
  const { metadata, spec } = await apps.readNamespacedDeployment({ namespace, name });
  const replicas = spec?.replicas ?? 1;
  const former = { "/spec/replicas": replicas };
  const mark = { run, namespace: drill.brokers.namespace, fault: Fault.Scaled, former };
  const disarm = await drill.guard.arm({
    request: {
      method: "PATCH",
      path: `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`,
      body: unmarkPatch(mark),
    },
    rule: { apiGroups: ["apps"], resources: ["deployments"], resourceNames: [name], verbs: ["patch"] },
    namespace,
  });
  drill.undo(`scaled back to ${replicas} workers`, async () => {
    await apps.patchNamespacedDeployment({ namespace, name, body: unmarkPatch(mark) }).catch(ignoreUnmarked);
    await disarm();
  });
  await apps.patchNamespacedDeployment({ namespace, name, body: markPatch(metadata, mark) });
  return replicas;
}

async function scaleTo({ cluster, load }: Drill, replicas: number): Promise<void> {
  await cluster.apps.patchNamespacedDeploymentScale({
    namespace: load.namespace,
    name: load.workersName,
    body: [{ op: "replace", path: "/spec/replicas", value: replicas }],
  });
}
