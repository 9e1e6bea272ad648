import type { Scene } from "./scene";
import { isRolledOut, restartPatch, STRATEGIC_MERGE } from "./shared/rollout";
import { BROKER_LIMITS } from "./shared/brokerLimits";
import { untilLeadersAreBalanced } from "./shared/leaders";

export const rollingConfig: Scene = {
  name: "rolling-config",
  summary:
    "restarts the broker pods one by one, as a configuration change does, and waits for balanced leaders",
  holdSeconds: 0,
  limits: {
    ...BROKER_LIMITS,
    // No limit: it would span all the restarts, because a worker may be connected to each broker that stops.
    workerBackSeconds: undefined,
  },
  async inject(drill) {
    const { cluster, brokers } = drill;
    const target = { namespace: brokers.namespace, name: brokers.name };
    await cluster.apps.patchNamespacedStatefulSet({ ...target, body: restartPatch() }, STRATEGIC_MERGE);
    drill.event(`rolling restart of ${brokers.name} begins`);
    await drill.until("all broker pods have been restarted", 600, async () =>
      isRolledOut(await cluster.apps.readNamespacedStatefulSet(target)),
    );
    drill.event("all broker pods have been replaced");
    await untilLeadersAreBalanced(drill);
  },
};
