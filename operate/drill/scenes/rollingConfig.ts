import type { Scene } from "./scene";
import { AS_MERGE, restart, rolledOut } from "./shared/rollout";
import { BROKER_LIMITS } from "./shared/brokerLimits";

export const rollingConfig: Scene = {
  name: "rolling-config",
  summary: "the broker pods are restarted one by one, as a change of their configuration does",
  holdSeconds: 0,
  limits: {
    ...BROKER_LIMITS,
    // From the first restart to the last, with a worker connected to whichever broker node stops.
    workerBackSeconds: undefined,
  },
  async inject(drill) {
    const { cluster, brokers } = drill;
    const where = { namespace: brokers.namespace, name: brokers.name };
    await cluster.apps.patchNamespacedStatefulSet({ ...where, body: restart() }, AS_MERGE);
    drill.event(`rolling restart of ${brokers.name} begins`);
    await drill.until("all broker pods have been restarted", 600, async () =>
      rolledOut(await cluster.apps.readNamespacedStatefulSet(where)),
    );
    drill.event("every broker pod is a new one");
  },
};
