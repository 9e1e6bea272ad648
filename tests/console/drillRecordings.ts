import { DrillRunner, type SceneOffer } from "../../operate/console/drills";
import type { Routes } from "../../operate/console/routes";
import type { DrillResult } from "../../operate/drill/plan";
import type { DrillRecord } from "../../operate/drill/record/record";
import { SCENES } from "../../operate/drill/scenes";
import { describeLimits } from "../../operate/drill/verdict/limits";
import type { Snapshot, View } from "../../operate/drill/view";
import { UserError } from "../../operate/errors";
import { NOW } from "./recordings";

const NO_POWER =
  "node-off switches a machine off, which Kubernetes cannot do. Provide the commands: --power-off COMMAND --power-on COMMAND";

export const OFFERS: readonly SceneOffer[] = SCENES.map(
  ({ name, summary, holdSeconds, limits, needsControlPlane }) => ({
    name,
    summary,
    holdSeconds,
    limits: describeLimits(limits),
    ...(needsControlPlane && { refusal: NO_POWER }),
  }),
);

export const RECORDS: readonly DrillRecord[] = [
  {
    run: "drain-1129020000",
    scene: "drain",
    outcome: "passed",
    startedAt: "2026-11-29T02:00:00.000Z",
    finishedAt: "2026-11-29T02:02:11.000Z",
    reasons: [],
    confirmed: 1204,
    lost: 0,
    duplicated: 0,
    publishGapSeconds: 0.4,
    consumeGapSeconds: 1.1,
  },
  {
    run: "freeze-1128020000",
    scene: "freeze",
    outcome: "refused",
    startedAt: "2026-11-28T02:00:00.000Z",
    finishedAt: "2026-11-28T02:00:03.000Z",
    reasons: ["The installation is not healthy, so a drill could cost its quorum: mq-1 is not ready"],
  },
];

/** Begins 40 s before the end of the recordings; the fault was 20 s later. */
const BEGAN = NOW / 1000 - 40;
const FAULT = BEGAN + 20;

/** State of the drill after so many seconds. The machine of mq-1 is off. */
export const snapshotAt = (seconds: number): Snapshot => {
  const rates = (value: number) =>
    Array.from({ length: seconds }, (_, second) => (second >= 21 && second < 23 ? 0 : value + (second % 3)));
  const isOff = seconds > 20;
  return {
    scene: "node-off",
    run: "node-off-1129123416",
    at: BEGAN + seconds,
    phase: isOff ? "fault" : "load",
    elapsedSeconds: seconds + 14,
    nodes: ["pool-a-7f2k", "pool-b-x9qd", "pool-c-m4hw"].map((name, index) => ({
      name,
      ready: !(isOff && index === 1),
      schedulable: true,
    })),
    brokers: [0, 1, 2].map((ordinal) => ({
      pod: `mq-${ordinal}`,
      kubernetesNode: ["pool-a-7f2k", "pool-b-x9qd", "pool-c-m4hw"][ordinal] ?? "",
      ready: !(isOff && ordinal === 1),
      leader: ordinal === (isOff ? 0 : 1),
    })),
    workers: ["8jw2l", "k4zmt", "pn5gq"].map((pod, index) => ({
      pod: `drill-node-off-workers-6fd5c7b9d-${pod}`,
      kubernetesNode: ["pool-a-7f2k", "pool-b-x9qd", "pool-c-m4hw"][index] ?? "",
      ready: !(isOff && index === 1),
      perSecond: isOff && index === 1 ? 0 : 19.7,
    })),
    queue: {
      ready: isOff ? 122 : 4,
      unacknowledged: 6,
      consumers: isOff ? 4 : 6,
      membersOnline: isOff ? 2 : 3,
      members: 3,
    },
    publishedPerSecond: 60,
    executedPerSecond: 58,
    confirmed: seconds * 60,
    executed: seconds * 58,
    history: { publishedPerSecond: rates(59), executedPerSecond: rates(56) },
    events: [
      { at: BEGAN, text: "load begins" },
      ...(isOff
        ? [
            { at: FAULT, text: "fault: node-off on mq-1" },
            { at: FAULT + 0.4, text: "pool-b-x9qd is off" },
          ]
        : []),
    ],
  };
};

/** The drills of a console without a cluster. The test ends them. */
export interface RecordedDrills {
  readonly runner: DrillRunner;
  readonly routes: Required<Pick<Routes, "feeds" | "queries" | "writes">>;
  /** Continues the running drill. */
  update(snapshot: Snapshot): void;
  end(result: DrillResult | Error): void;
}

export function recordedDrills(context = "prod"): RecordedDrills {
  const runner = new DrillRunner();
  let view: View | undefined;
  let settle: ((result: DrillResult | Error) => void) | undefined;
  return {
    runner,
    update: (snapshot) => view?.update(snapshot),
    end: (result) => settle?.(result),
    routes: {
      feeds: { drill: runner.running, drills: runner.ended },
      queries: { "drills/scenes": async () => OFFERS, "drills/history": async () => RECORDS },
      writes: {
        "drills/start": async ({ scene }) => ({
          what: `drill ${String(scene)}`,
          consent: context,
          run: async () => {
            const { run } = snapshotAt(0);
            runner.start({ scene: String(scene), run }, (shown, signal) => {
              view = shown;
              return new Promise((resolve, reject) => {
                settle = (result) => (result instanceof Error ? reject(result) : resolve(result));
                signal.addEventListener("abort", () => reject(new UserError("The drill was stopped.")));
              });
            });
            return { text: "begun", run };
          },
        }),
        "drills/stop": async () => ({
          what: "stop",
          consent: "",
          run: async () => {
            await runner.stop();
            return { text: "stopped" };
          },
        }),
      },
    },
  };
}
