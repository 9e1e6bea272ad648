import type {
  ConfirmedTask,
  Events,
  FinishedTask,
  StartedTask,
  Timeline,
} from "../../../../../operate/drill/verdict/events";

/** A synthetic run that publishes and executes tasks at a constant rate, except during the holes. */
export interface MadeUp {
  readonly seconds: number;
  readonly rate: number;
  readonly workers: readonly string[];
  /** Spans without a confirm, in seconds since the load began. */
  readonly publishHoles?: readonly (readonly [number, number])[];
  /** Spans in which the worker finishes no task. */
  readonly workerHoles?: Readonly<Record<string, readonly (readonly [number, number])[]>>;
  readonly timeline: Partial<Timeline>;
}

export const BEGIN = 1_700_000_000;

export function madeUp(run: MadeUp): { events: Events; timeline: Timeline } {
  const { seconds, rate, workers, publishHoles = [], workerHoles = {}, timeline } = run;
  const confirmed: ConfirmedTask[] = [];
  const started: StartedTask[] = [];
  const finished: FinishedTask[] = [];
  const inside = (holes: readonly (readonly [number, number])[], at: number) =>
    holes.some(([from, until]) => at > from && at < until);
  for (let number = 0; number < seconds * rate; number++) {
    const at = number / rate;
    if (inside(publishHoles, at)) continue;
    const id = `run-${String(number).padStart(6, "0")}`;
    confirmed.push({ id, at: BEGIN + at });
    const free = workers.filter((worker) => !inside(workerHoles[worker] ?? [], at));
    // A task that no worker can run waits for the first worker that can.
    const ends = workers.map(
      (worker) =>
        [
          worker,
          (workerHoles[worker] ?? []).find(([from, until]) => at > from && at < until)?.[1] ?? at,
        ] as const,
    );
    const next = ends.reduce((best, each) => (each[1] < best[1] ? each : best));
    const worker = free[number % Math.max(1, free.length)] ?? next[0];
    const begin = BEGIN + (free.length > 0 ? at : next[1]) + 0.01;
    started.push({ id, attempt: 1, worker, at: begin });
    finished.push({ id, attempt: 1, worker, started: begin, finished: begin + 0.05 });
  }
  const fullTimeline = {
    loadFrom: BEGIN,
    faultAt: BEGIN + 10,
    undoneAt: BEGIN + 20,
    wholeAt: BEGIN + 30,
    loadUntil: BEGIN + seconds,
    brokenWorkers: [],
    events: [],
    ...timeline,
  };
  return { events: { confirmed, started, finished }, timeline: fullTimeline };
}

export const workersOf = (...names: string[]): string[] =>
  names.map((name) => `celery@drill-run-workers-6fd5c7b9d-${name}`);
