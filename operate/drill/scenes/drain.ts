import type { Scene } from "./scene";
import { BROKER_LIMITS } from "./shared/brokerLimits";
import { drainNode, untilGone } from "./shared/drainNode";

export const drain: Scene = {
  name: "drain",
  summary: "cordons the leader's node, evicts its broker and workers, and uncordons it afterward",
  holdSeconds: 30,
  limits: BROKER_LIMITS,
  async inject(drill) {
    const node = drill.victim.kubernetesNode;
    const pods = await drainNode(drill, node);
    await untilGone(drill, pods);
    drill.event(`${node} drained of ${pods.length} pods`);
  },
};
