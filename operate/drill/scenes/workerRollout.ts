import type { Scene } from "./scene";
import { isRolledOut, restartPatch, STRATEGIC_MERGE } from "./shared/rollout";

const TASK_SECONDS = 25;

export const workerRollout: Scene = {
  name: "worker-rollout",
  summary: `replaces the workers one by one while they run tasks of ${TASK_SECONDS} s, longer than two heartbeats`,
  load: { taskSeconds: TASK_SECONDS, concurrency: 8, rate: 0.8, prefetch: 1 },
  holdSeconds: 0,
  limits: {
    // The publisher publishes one task every 1.25 s.
    publishGapSeconds: 2.5,
    // Each old worker finishes its tasks over its open connection.
    duplicated: 0,
    fullStrengthSeconds: 60,
  },
  async inject(drill) {
    const { cluster, load } = drill;
    const target = { namespace: load.namespace, name: load.workersName };
    const before = await cluster.core.listNamespacedPod({
      namespace: load.namespace,
      labelSelector: load.workerSelector,
    });
    const old = new Set(before.items.map(({ metadata }) => metadata?.uid));
    await cluster.apps.patchNamespacedDeployment({ ...target, body: restartPatch() }, STRATEGIC_MERGE);
    drill.event("rolling update of the workers begins");
    await drill.until("all workers have been replaced", 300, async () =>
      isRolledOut(await cluster.apps.readNamespacedDeployment(target)),
    );
    drill.event("all workers have been replaced");
    // The Deployment no longer counts the terminating pods, which are still finishing their tasks.
    await drill.until("the old workers have exited", 60 + 2 * TASK_SECONDS, async () => {
      const { items } = await cluster.core.listNamespacedPod({
        namespace: load.namespace,
        labelSelector: load.workerSelector,
      });
      return !items.some(({ metadata }) => old.has(metadata?.uid));
    });
  },
};
