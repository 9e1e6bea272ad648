import { nameOf } from "../../cluster/cluster";
import { slow, unslow } from "../agents/slowNetwork";
import type { Scene } from "./scene";
import { alarmsSince } from "./shared/brokerLogs";
import { Moments } from "./shared/moments";

const DELAY_MS = 200;
const LOSS_PERCENT = 5;
const HOLD_SECONDS = 60;
/** Of the drill's queue: one may be due to chance, more would be flapping. */
const ELECTIONS = 2;
const slowed = new Moments();

export const slowNetwork: Scene = {
  name: "slow-network",
  summary: `whatever a broker sends arrives ${DELAY_MS} ms late, ${LOSS_PERCENT} % of it never`,
  holdSeconds: HOLD_SECONDS,
  limits: {
    // TCP sends a lost packet again after at least the round trip of 400 ms, twice that when it is lost again.
    publishGapSeconds: 15,
    consumeGapSeconds: 15,
    duplicated: "running",
    fullStrengthSeconds: 60,
  },
  needsAgents: true,
  async inject(drill) {
    const pods = await drill.brokers.pods();
    slowed.note(drill);
    const means = await Promise.all(
      pods.map((pod) => {
        drill.undo(`${nameOf(pod)}: as fast as before`, () => unslow(drill.nodes, pod));
        return slow(drill.nodes, pod, {
          delayMs: DELAY_MS,
          lossPercent: LOSS_PERCENT,
          seconds: HOLD_SECONDS * 5,
        });
      }),
    );
    drill.note("slowed by", [...new Set(means)].join(", "));
    drill.event(`all brokers: ${DELAY_MS} ms late, ${LOSS_PERCENT} % lost`);
  },
  async check(drill) {
    const { nodesDown, elections } = await alarmsSince(drill, slowed.of(drill));
    drill.note("brokers taken for lost", nodesDown);
    drill.note("elections", elections);
    return [
      ...(nodesDown > 0
        ? [`brokers took each other for lost ${nodesDown} times, though they were only slow`]
        : []),
      ...(elections > ELECTIONS
        ? [`the queue changed its leader ${elections} times, more than ${ELECTIONS}`]
        : []),
    ];
  },
};
