import { median } from "d3-array";
import { slowDown, speedUp } from "../agents/slowDisk";
import type { Drill, Scene } from "./scene";
import { dataFolder, runningBroker } from "./shared/container";
import { fsyncSeconds } from "./shared/fsync";
import { HarmlessFault } from "./shared/harmless";

/** Of the whole container: an fsync makes about four, and waits for those of other files. */
const WRITES_PER_SECOND = 10;
const SLOW_SECONDS = 40;
/** The scene proves nothing if an fsync takes less. */
const LEAST_SECONDS = 0.5;
const fault = new HarmlessFault();
const measured = new WeakMap<Drill, number>();

export const slowDisk: Scene = {
  name: "slow-disk",
  summary: `limits the leader's disk to ${WRITES_PER_SECOND} writes per second, so that an fsync takes about a second`,
  holdSeconds: SLOW_SECONDS + 10,
  limits: { publishGapSeconds: 8, consumeGapSeconds: 8, fullStrengthSeconds: 30, duplicated: 0 },
  needsAgents: true,
  inject: (drill) => fault.run(drill, () => drill.temporarily(0, () => slow(drill))),
  async check(drill) {
    const seconds = measured.get(drill) ?? 0;
    return [
      ...fault.check(drill),
      ...(seconds < LEAST_SECONDS ? [`an fsync took ${seconds} s, at least ${LEAST_SECONDS} s`] : []),
    ];
  },
};

/** Slows the victim's disk down, and measures it for some time. */
async function slow(drill: Drill): Promise<void> {
  const { brokers, nodes, victim } = drill;
  const { pod, container } = await runningBroker(brokers, victim);
  const folder = dataFolder(pod);
  drill.undo(`${victim.pod}: its disk is fast again`, () => speedUp(nodes, pod));
  await slowDown(nodes, pod, { container, folder, writesPerSecond: WRITES_PER_SECOND });
  drill.event(`${victim.pod}: ${WRITES_PER_SECOND} writes per second`);
  const times: number[] = [];
  for (const end = Date.now() + SLOW_SECONDS * 1000; Date.now() < end; await drill.wait(2))
    times.push(await fsyncSeconds(brokers, victim, folder));
  const seconds = Number((median(times) ?? 0).toFixed(2));
  measured.set(drill, seconds);
  drill.note("median seconds of an fsync", seconds);
}
