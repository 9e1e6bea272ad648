import type { Scene } from "./scene";

export const nodeOff: Scene = {
  name: "node-off",
  summary: "cuts the power of the leader's machine; its network link goes first, so that no peer is notified",
  // Kubernetes takes 40-50 s to mark the node not ready and remove its broker from the Service.
  holdSeconds: 60,
  limits: {
    publishGapSeconds: 8,
    consumeGapSeconds: 8,
    workerBackSeconds: 10,
    redeliverySeconds: 16,
    duplicated: "running",
    // Begins when the node is ready again: its pods start, and its broker joins and catches up.
    fullStrengthSeconds: 120,
  },
  destructive: true,
  needsPower: true,
  async inject(drill) {
    const { victim, nodes } = drill;
    const power = nodes.power;
    if (!power) throw new Error("node-off requires a way to switch machines off");
    drill.undo(`${victim.kubernetesNode} is on again`, () => power.on(victim.kubernetesNode));
    await power.off(victim.kubernetesNode);
    drill.event(`${victim.kubernetesNode} is off`);
  },
};
