import { nameOf } from "../../cluster/objects";
import { delayPackets, removeDelay } from "../agents/slowNetwork";
import type { Scene } from "./scene";
import { falseAlarmsSince } from "./shared/brokerLogs";
import { Timestamp } from "./shared/timestamp";

const DELAY_MS = 200;
const LOSS_PERCENT = 5;
const HOLD_SECONDS = 60;
/** Limit for the drill's queue. One election can be coincidence, more would be flapping. */
const MAX_ELECTIONS = 2;
const slowedAt = new Timestamp();

export const slowNetwork: Scene = {
  name: "slow-network",
  summary: `delays everything that brokers send by ${DELAY_MS} ms, and drops ${LOSS_PERCENT} % of it`,
  holdSeconds: HOLD_SECONDS,
  limits: {
    // TCP retransmits a lost packet after at least one round trip of 400 ms, and after twice that if it is lost
    // again.
    publishGapSeconds: 15,
    consumeGapSeconds: 15,
    duplicated: "running",
    fullStrengthSeconds: 60,
  },
  needsAgents: true,
  async inject(drill) {
    const pods = await drill.brokers.pods();
    slowedAt.record(drill);
    const mechanisms = await Promise.all(
      pods.map((pod) => {
        drill.undo(`${nameOf(pod)}: delay removed`, () => removeDelay(drill.nodes, pod));
        return delayPackets(drill.nodes, pod, {
          delayMs: DELAY_MS,
          lossPercent: LOSS_PERCENT,
          seconds: HOLD_SECONDS * 5,
        });
      }),
    );
    drill.note("slowed by", [...new Set(mechanisms)].join(", "));
    drill.event(`all brokers: ${DELAY_MS} ms delay, ${LOSS_PERCENT} % loss`);
  },
  async check(drill) {
    const { nodesDown, elections } = await falseAlarmsSince(drill, slowedAt.of(drill));
    drill.note("brokers taken for lost", nodesDown);
    drill.note("elections", elections);
    return [
      ...(nodesDown > 0
        ? [`brokers considered each other down ${nodesDown} times, although they were only slow`]
        : []),
      ...(elections > MAX_ELECTIONS
        ? [`the queue changed its leader ${elections} times, at most ${MAX_ELECTIONS}`]
        : []),
    ];
  },
};
