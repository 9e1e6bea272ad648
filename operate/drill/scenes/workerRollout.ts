import type { Scene } from "./scene";
import { AS_MERGE, restart, rolledOut } from "./shared/rollout";

const TASK_SECONDS = 25;

export const workerRollout: Scene = {
  name: "worker-rollout",
  summary: `the workers are replaced one by one, with tasks of ${TASK_SECONDS} s: longer than two heartbeats`,
  load: { taskSeconds: TASK_SECONDS, concurrency: 8, rate: 0.8, prefetch: 1 },
  holdSeconds: 0,
  limits: {
    // One task each 1.25 s is published.
    publishGapSeconds: 2.5,
    // Each old worker ends its tasks while its connection lives on.
    duplicated: 0,
    fullStrengthSeconds: 60,
  },
  async inject(drill) {
    const { cluster, load } = drill;
    const where = { namespace: load.namespace, name: load.workersName };
    const before = await cluster.core.listNamespacedPod({
      namespace: load.namespace,
      labelSelector: load.workerSelector,
    });
    const old = new Set(before.items.map(({ metadata }) => metadata?.uid));
    await cluster.apps.patchNamespacedDeployment({ ...where, body: restart() }, AS_MERGE);
    drill.event("rolling update of the workers begins");
    await drill.until("all workers have been replaced", 300, async () =>
      rolledOut(await cluster.apps.readNamespacedDeployment(where)),
    );
    drill.event("every worker has a successor");
    // Terminating ones, which still end their tasks, are no longer counted by the Deployment.
    await drill.until("the old workers have ended", 60 + 2 * TASK_SECONDS, async () => {
      const { items } = await cluster.core.listNamespacedPod({
        namespace: load.namespace,
        labelSelector: load.workerSelector,
      });
      return !items.some(({ metadata }) => old.has(metadata?.uid));
    });
  },
};
