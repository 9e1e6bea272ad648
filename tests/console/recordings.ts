import { DEAD_LETTERS } from "../../components/shared/celery/contract";
import { NOTHING, type Observation, observe, type Past } from "../../operate/console/past";
import { whyItGrows } from "../../operate/queues/growth";
import { change, changed, HEALTHY, type Installation, NODE_LOST, statusOf } from "./installations";

/** The moment at which every recording ends. */
export const NOW = Date.UTC(2026, 10, 29, 12, 34, 56);

/** What an installation is like from a moment on. */
export interface Chapter {
  /** Seconds before the end. */
  readonly before: number;
  readonly installation: Installation;
  /** Tasks that wait in addition to those of the installation, some seconds before the end. */
  readonly extra?: (queue: string, before: number) => number;
}

const STEP_SECONDS = 5;

/** Returns what the console knows after an hour with these chapters, the first of which begins with it. */
export function record(...chapters: readonly [Chapter, ...Chapter[]]): Past {
  let past = NOTHING;
  for (let before = chapters[0].before; before >= 0; before -= STEP_SECONDS)
    past = observe(past, observationOf(chapters, before));
  return past;
}

/** The status at a moment of a recording. */
export function observationOf(chapters: readonly [Chapter, ...Chapter[]], before: number): Observation {
  const chapter = chapters.findLast((each) => each.before >= before) ?? chapters[0];
  const { installation, extra = () => 0 } = chapter;
  const queues = installation.observed.queues?.map((queue) => ({
    ...queue,
    ready:
      (queue.name === DEAD_LETTERS ? queue.ready : wave(queue.ready, before)) +
      Math.round(extra(queue.name, before)),
  }));
  return {
    at: NOW - before * 1000,
    status: statusOf({ ...installation, observed: { ...installation.observed, queues } }),
  };
}

/** Load that is never quite the same, and ends with the value itself. */
const wave = (value: number, before: number): number =>
  Math.round(value * (1 + 0.3 * Math.sin(before / 420) + 0.1 * Math.sin(before / 95)));

export const failed = (
  past: Past,
  before: number,
  message: string,
  kind: "unreachable" | "missing" = "unreachable",
): Past => observe(past, { at: NOW - before * 1000, failure: { kind, message } });

const { observed } = HEALTHY;
const SMALLER = change(HEALTHY, {
  workloads: changed(observed.workloads, "orders", { ready: 3, wanted: 3 }),
});

/** Brokers notice a dead machine within seconds, Kubernetes after 40 s. */
const UNNOTICED = change(NODE_LOST, { nodes: observed.nodes, workloads: observed.workloads }, HEALTHY.facts);

/** The leaders stay where they went. */
const RETURNED = change(HEALTHY, {
  queues: observed.queues?.map((queue) => (queue.leader === "mq-1" ? { ...queue, leader: "mq-0" } : queue)),
});

const DIES = 420;
const NOTICED = 380;
const RETURNS = 160;

/** Tasks pile up while a third of the workers is away, and are done after its return. */
const backlog = (queue: string, before: number): number => {
  const load = { orders: 4, mail: 1.2 }[queue] ?? 0;
  const piled = load * (DIES - Math.max(before, RETURNS));
  return Math.max(0, piled - 2.2 * load * Math.max(0, RETURNS - before));
};

const UNTIL_LOST: readonly Chapter[] = [
  { before: 1500, installation: HEALTHY },
  { before: DIES, installation: UNNOTICED, extra: backlog },
  { before: NOTICED, installation: NODE_LOST, extra: backlog },
];

/** A machine dies and returns after some minutes. */
export const nodeOff = (): Past =>
  record({ before: 3600, installation: SMALLER }, ...UNTIL_LOST, {
    before: RETURNS,
    installation: RETURNED,
    extra: backlog,
  });

/** The same before the machine returns. */
export const nodeLost = (): Past =>
  record({ before: 3600, installation: SMALLER }, ...UNTIL_LOST.map(shifted));

function shifted({ before, installation }: Chapter): Chapter {
  return {
    before: before === 1500 ? before : before - DIES + 90,
    installation,
    extra: (queue, now) => (before === 1500 ? 0 : backlog(queue, now + DIES - 90)),
  };
}

/** An hour in which nothing happens. */
export const quiet = (installation = HEALTHY): Past => record({ before: 3600, installation });

/** The installation after an hour in which it was healthy. */
export const broken = (installation: Installation): Past =>
  record({ before: 3600, installation: HEALTHY }, { before: 600, installation });

/** The only worker of a pool is ready, but too slow. */
export function growing(): Past {
  const process = { pod: "mail-6d5f8c7b9-2xkqp", runningSeconds: 86_400, answers: true, consuming: true };
  const workloads = changed(observed.workloads, "mail", {
    ...{ ready: 1, wanted: 1 },
    processes: [{ ...process, slots: 2, busy: 2, prefetched: 2 }],
  });
  const queues = observed.queues?.map((queue) => {
    if (queue.name !== "mail") return queue;
    const row = { ...queue, ready: 0, unacknowledged: 4, rates: { seconds: 20, in: 4.1, out: 2 } };
    return { ...row, growsBecause: whyItGrows({ ...row, ready: 1 }, workloads) };
  });
  const extra = (queue: string, before: number) => (queue === "mail" ? 2.1 * (900 - before) : 0);
  return record(
    { before: 3600, installation: HEALTHY },
    { before: 900, installation: change(HEALTHY, { queues, workloads }), extra },
  );
}
