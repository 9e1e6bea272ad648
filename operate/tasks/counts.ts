import { groups, rollup, rollups, sum } from "d3-array";
import type { Sample } from "../cluster/metrics";
import type { Durations, Outcomes } from "./model";
import { durationsOf } from "./percentiles";

/** Counters of the tasks of one name that came from one queue: outcomes, and the buckets and sums of histograms. */
export interface SeriesCounts {
  readonly task: string;
  readonly queue: string;
  readonly values: ReadonlyMap<string, number>;
}

/** Counters by task and queue. */
export type Counts = ReadonlyMap<string, SeriesCounts>;

/** The counters of one process. */
export interface ProcessCounts {
  /** Seconds since 1970. Undefined if the process does not report it. */
  readonly startedAt: number | undefined;
  readonly counts: Counts;
}

/** What the metrics of a task are called after their prefix. */
const TASK_METRIC = /^ha_celery_(?:tasks_(\w+)_total|task_(\w+_(?:bucket|sum)))$/;

/** Selects the counters of tasks in the metrics of a worker. */
export function countsOf(samples: readonly Sample[]): ProcessCounts {
  const counts = new Map<string, SeriesCounts & { values: Map<string, number> }>();
  for (const { name, labels, value } of samples) {
    const [, outcome, histogram] = TASK_METRIC.exec(name) ?? [];
    const counter = outcome ?? histogram;
    const { task, queue, le = "" } = labels;
    if (counter === undefined || task === undefined || queue === undefined) continue;
    const key = `${task}\n${queue}`;
    const series = counts.get(key) ?? { task, queue, values: new Map() };
    counts.set(key, series);
    series.values.set(counter + le, value);
  }
  return { startedAt: samples.find(({ name }) => name === "process_start_time_seconds")?.value, counts };
}

/** Adds counters of several processes or times. */
export const sumOf = (all: readonly Counts[]): Counts =>
  new Map(
    groups(
      all.flatMap((counts) => [...counts]),
      ([key]) => key,
    ).map(([key, series]) => {
      const values = new Map<string, number>();
      for (const [, each] of series)
        for (const [counter, value] of each.values) values.set(counter, (values.get(counter) ?? 0) + value);
      const { task = "", queue = "" } = series[0]?.[1] ?? {};
      return [key, { task, queue, values }];
    }),
  );

/** What was counted between two readings of a process. One that has restarted meanwhile began at 0. */
export function increaseOf(before: ProcessCounts, after: ProcessCounts): Counts {
  if (hasRestarted(before, after)) return after.counts;
  return new Map(
    [...after.counts].flatMap(([key, { values, ...series }]) => {
      const former = before.counts.get(key)?.values;
      const increase = [...values].map(
        ([counter, value]) => [counter, value - (former?.get(counter) ?? 0)] as const,
      );
      // Most tasks are rare, and a bucket without any is needed only beside one with some.
      return increase.some(([, value]) => value > 0)
        ? [[key, { ...series, values: new Map(increase) }] as const]
        : [];
    }),
  );
}

const hasRestarted = (before: ProcessCounts, after: ProcessCounts): boolean =>
  before.startedAt !== after.startedAt ||
  [...before.counts].some(([key, { values }]) => {
    const now = after.counts.get(key)?.values;
    return [...values].some(([counter, value]) => (now?.get(counter) ?? 0) < value);
  });

/** The counters of the tasks of one name. */
export interface TaskCounts extends Outcomes {
  readonly task: string;
  readonly queues: readonly string[];
  readonly received: number;
  readonly ended: number;
  readonly runtime?: Durations;
  readonly wait?: Durations;
}

/** Combines the counters by the name of the task. */
export const byTask = (counts: Counts): TaskCounts[] =>
  groups([...counts.values()], ({ task }) => task).map(([task, series]) => ({ task, ...taskCounts(series) }));

function taskCounts(series: readonly SeriesCounts[]): Omit<TaskCounts, "task"> {
  const total = (counter: string) => sum(series, ({ values }) => values.get(counter) ?? 0);
  const outcomes = {
    succeeded: total("succeeded"),
    failed: total("failed"),
    retried: total("retried"),
    rejected: total("rejected"),
    returned: total("returned"),
    discarded: total("discarded"),
  };
  return {
    queues: series.map(({ queue }) => queue).sort(),
    received: total("received"),
    ended: sum(Object.values(outcomes)),
    ...outcomes,
    runtime: durations(series, "runtime_seconds"),
    wait: durations(series, "queue_wait_seconds"),
  };
}

function durations(series: readonly SeriesCounts[], histogram: string): Durations | undefined {
  const prefix = `${histogram}_bucket`;
  const buckets = rollups(
    series.flatMap(({ values }) => [...values].filter(([counter]) => counter.startsWith(prefix))),
    (same) => sum(same, ([, count]) => count),
    ([counter]) => Number(counter.slice(prefix.length).replace(/Inf$/, "Infinity")),
  );
  return durationsOf(
    buckets,
    sum(series, ({ values }) => values.get(`${histogram}_sum`) ?? 0),
  );
}

/** Tasks that left their queue: all outcomes except returned. */
export const leftIn = (counts: Counts): number => sum(counts.values(), left);

/** The same by queue. */
export const leftByQueue = (counts: Counts): Map<string, number> =>
  rollup(
    counts.values(),
    (series) => sum(series, left),
    ({ queue }) => queue,
  );

const LEAVES: readonly (keyof Outcomes)[] = ["succeeded", "failed", "retried", "rejected", "discarded"];

const left = ({ values }: SeriesCounts): number => sum(LEAVES, (outcome) => values.get(outcome) ?? 0);

/** The counters of one task or of one queue. */
export const countsFor = (counts: Counts, of: "task" | "queue", name: string): Counts =>
  new Map([...counts].filter(([, series]) => series[of] === name));
