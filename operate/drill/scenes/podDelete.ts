import type { Scene } from "./scene";
import { BROKER_LIMITS } from "./shared/brokerLimits";

export const podDelete: Scene = {
  name: "pod-delete",
  summary: "force-deletes the leader's pod, without a grace period",
  holdSeconds: 20,
  limits: BROKER_LIMITS,
  async inject(drill) {
    const { cluster, brokers, victim } = drill;
    const { namespace } = brokers;
    await cluster.core.deleteNamespacedPod({ namespace, name: victim.pod, gracePeriodSeconds: 0 });
    drill.event(`${victim.pod} deleted`);
  },
};
