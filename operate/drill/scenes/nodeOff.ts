import type { Scene } from "./scene";

export const nodeOff: Scene = {
  name: "node-off",
  summary: "the leader's machine loses its power: its link goes down first, so that nobody is told",
  // Longer than the 40-50 s until Kubernetes calls the node not ready and takes its broker out of the Service.
  holdSeconds: 60,
  limits: {
    publishGapSeconds: 10,
    consumeGapSeconds: 10,
    redeliverySeconds: 20,
    duplicated: "running",
    // From the node being ready again: its pods start, its broker node joins and catches up.
    fullStrengthSeconds: 120,
  },
  destructive: true,
  needsPower: true,
  async inject(drill) {
    const { victim, nodes } = drill;
    const power = nodes.power;
    if (!power) throw new Error("node-off needs a way to switch machines off");
    drill.undo(`${victim.kubernetesNode} is on again`, () => power.on(victim.kubernetesNode));
    await power.off(victim.kubernetesNode);
    drill.event(`${victim.kubernetesNode} is off`);
  },
};
