import type { Broker } from "../../../cluster/brokers";
import { messageOf } from "../../../errors";
import { dnsOff } from "../dnsOff";
import { partitionAll } from "../partitionAll";
import { producerKill } from "../producerKill";
import type { Drill, Scene } from "../scene";
import { freezeBroker } from "../shared/freezeBroker";
import { isolateFromPeers } from "../shared/isolateBrokers";
import { deleteBroker, killBroker } from "../shared/killBroker";
import { workerKill } from "../workerKill";
import { workerKillPod } from "../workerKillPod";
import { type FaultName, planFaults, type PlannedFault, type PlannedStep } from "./faultPlan";

const FAULTS: Record<FaultName, (drill: Drill, broker: Broker) => Promise<void>> = {
  partition: (drill, { pod }) => isolateFromPeers(drill, [pod]),
  "partition-all": (drill) => partitionAll.inject(drill),
  "dns-off": (drill) => dnsOff.inject(drill),
  freeze: freezeBroker,
  "broker-kill": killBroker,
  async "pod-delete"(drill, broker) {
    await deleteBroker(drill, broker);
    drill.event(`${broker.pod} deleted`);
  },
  "worker-kill": (drill) => workerKill.inject(drill),
  "worker-kill-pod": (drill) => workerKillPod.inject(drill),
  "producer-kill": (drill) => producerKill.inject(drill),
};

export const random: Scene = {
  name: "random",
  summary: "partitions, kills, and pauses, up to two at the same time, in an order that --seed determines",
  // Each fault is undone after 5 to 30 s.
  holdSeconds: 0,
  // Gaps and duplicates depend on the seed. As with Jepsen's queue workload, every confirmed task must run.
  limits: { fullStrengthSeconds: 180 },
  needsAgents: true,
  async inject(drill) {
    if (!drill.random) throw new Error("the scene random requires a seed and a number of minutes");
    const { seed, minutes } = drill.random;
    const seconds = minutes * 60;
    const endAt = Date.now() + seconds * 1000;
    const brokers = await drill.brokers.list();
    drill.note("seed", seed);
    drill.event(`${minutes} minutes of faults, to repeat them: --seed ${seed} --minutes ${minutes}`);
    const injected: boolean[] = [];
    for (const step of planFaults(seed, seconds, brokers.length)) {
      // Some faults take a while until they are in effect.
      if (Date.now() > endAt) break;
      injected.push(...(await run(drill, step)));
    }
    const missed = injected.filter((each) => !each).length;
    drill.note("faults", injected.length - missed);
    drill.note("faults that were not possible", missed);
    if (missed > injected.length / 2)
      throw new Error(`${missed} of ${injected.length} faults were not possible, so the drill proves little`);
  },
};

/** Returns for each fault whether it was possible. */
async function run(drill: Drill, { pauseSeconds, holdSeconds, faults }: PlannedStep): Promise<boolean[]> {
  await drill.wait(pauseSeconds);
  const injected: boolean[] = [];
  await drill.temporarily(holdSeconds, async () => {
    for (const fault of faults) injected.push(await inject(drill, fault));
  });
  return injected;
}

/** A fault is not possible if what it hits does not run at the moment, such as a broker that was killed before. */
async function inject(drill: Drill, { name, broker }: PlannedFault): Promise<boolean> {
  try {
    const hit = (await drill.brokers.list()).find(({ ordinal }) => ordinal === broker);
    if (!hit) throw new Error(`there is no pod of broker ${broker}`);
    await FAULTS[name](drill, hit);
    return true;
  } catch (error) {
    if (drill.signal.aborted) throw error;
    drill.event(`${name} was not possible: ${messageOf(error)}`);
    return false;
  }
}
