import { compact, type DrillReport } from "../../operate/drill/report/compact";
import type { Events, Timeline } from "../../operate/drill/verdict/events";
import { judge } from "../../operate/drill/verdict/judge";
import type { Verdict } from "../../operate/drill/verdict/verdict";
import { BEGIN, madeUp, workersOf } from "../unit/operate/drill/report/syntheticRun";

/** What `writeReport` gets. */
export interface RecordedDrill {
  readonly verdict: Verdict;
  readonly events: Events;
  readonly timeline: Timeline;
}

const WORKERS = workersOf("8jw2l", "k4zmt", "pn5gq");

/** The leader's machine loses its power for a minute, with one of the three workers. */
export const NODE_OFF = judged("node-off", "node-off-1129121500", {
  seconds: 118,
  rate: 60,
  workers: WORKERS,
  publishHoles: [[13.4, 15.1]],
  workerHoles: {
    [WORKERS[0] ?? ""]: [[13.5, 16.2]],
    [WORKERS[1] ?? ""]: [[13.1, 97]],
    [WORKERS[2] ?? ""]: [[13.6, 16.4]],
  },
  timeline: {
    faultAt: BEGIN + 13,
    undoneAt: BEGIN + 73.2,
    wholeAt: BEGIN + 101.6,
    brokenWorkers: [WORKERS[1] ?? ""],
    events: [
      { at: BEGIN, text: "load begins" },
      { at: BEGIN + 13, text: "fault: node-off on mq-1" },
      { at: BEGIN + 13.3, text: "pool-b-x9qd is off" },
      { at: BEGIN + 73.2, text: "undone: pool-b-x9qd is on again" },
      { at: BEGIN + 101.6, text: "recovered" },
    ],
  },
});

/** A network that is too slow, with a lost task. */
export const FAILED = judged("slow-network", "slow-network-1129131500", {
  seconds: 40,
  rate: 20,
  workers: WORKERS,
  publishHoles: [[11, 24.5]],
  timeline: {
    faultAt: BEGIN + 10,
    undoneAt: BEGIN + 24,
    wholeAt: undefined,
    events: [
      { at: BEGIN, text: "load begins" },
      { at: BEGIN + 10, text: "fault: slow-network on mq-0" },
      { at: BEGIN + 24, text: "undone: <script>alert(1)</script>" },
    ],
  },
});

function judged(scene: string, run: string, made: Parameters<typeof madeUp>[0]): RecordedDrill {
  const { events, timeline } = madeUp(made);
  const isFailed = timeline.wholeAt === undefined;
  const kept = isFailed
    ? { ...events, finished: events.finished.filter(({ id }) => id !== "run-000100") }
    : events;
  const verdict = judge({
    scene: {
      name: scene,
      limits: {
        publishGapSeconds: 10,
        consumeGapSeconds: 10,
        redeliverySeconds: 20,
        fullStrengthSeconds: 120,
        duplicated: "running",
      },
    },
    run,
    events: kept,
    timeline,
    slots: 6,
    deadLettered: 0,
    extraReasons: isFailed ? ["not healthy 300 s after the fault was undone: mq-0 is not ready"] : [],
    more: { "before the drill": "no dead letters" },
  });
  return { verdict, events: kept, timeline };
}

export const reportOf = ({ verdict, events, timeline }: RecordedDrill): DrillReport =>
  compact(verdict, events, timeline);
