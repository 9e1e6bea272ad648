import type { Scene } from "./scene";
import { BROKER_LIMITS } from "./shared/brokerLimits";
import { deleteBroker } from "./shared/killBroker";

export const podDelete: Scene = {
  name: "pod-delete",
  summary: "force-deletes the leader's pod, without a grace period",
  holdSeconds: 20,
  limits: BROKER_LIMITS,
  async inject(drill) {
    await deleteBroker(drill);
    drill.event(`${drill.victim.pod} deleted`);
  },
};
