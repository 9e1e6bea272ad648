import { type Drill, type Scene, Victim } from "./scene";
import { emptyVolume } from "./shared/emptyVolume";

/** Tasks per second, more than the workers run, so that a backlog builds up. */
const RATE = 300;

export const powerLoss: Scene = {
  name: "power-loss",
  summary: "cuts the power of all machines with a broker at the same time, while 5,000 tasks wait",
  load: { rate: RATE },
  backlog: 5_000,
  // As for node-off: Kubernetes notices after 40-50 s.
  holdSeconds: 60,
  limits: {
    // What the publisher had sent, and had not yet recorded as confirmed, is published again.
    duplicated: RATE,
    // Begins when the nodes are ready again.
    fullStrengthSeconds: 120,
  },
  destructive: true,
  needsPower: true,
  inject: cutPower,
};

export const powerLossDisk: Scene = {
  ...powerLoss,
  name: "power-loss-disk",
  summary: "power-loss after which the volume of a follower is empty",
  victim: Victim.Follower,
  async inject(drill) {
    await cutPower(drill);
    await emptyVolume(drill);
  },
};

export const powerLossDiskFirst: Scene = {
  ...powerLossDisk,
  name: "power-loss-disk-first",
  summary: "power-loss after which the volume of node 0, which leads, is empty",
  victim: Victim.First,
};

/** Workers, publisher, and ledger run on the same machines, and lose their power too. */
async function cutPower(drill: Drill): Promise<void> {
  const { power } = drill.nodes;
  if (!power) throw new Error("a power loss requires a way to switch machines off");
  const brokers = await drill.brokers.list();
  const machines = [...new Set(brokers.map(({ kubernetesNode }) => kubernetesNode))];
  drill.undo(`${machines.join(", ")} are on again`, async () => {
    await Promise.all(machines.map((machine) => power.on(machine)));
  });
  await Promise.all(machines.map((machine) => power.off(machine)));
  drill.event(`${machines.join(", ")} are off`);
}
