import type { InstallationStatus, WorkloadStatus } from "../status/model";
import { totalOf } from "../status/totals";
import { byTask, countsFor, leftIn, sumOf } from "./counts";
import type { PoolRow, TaskReport, TaskRow } from "./model";
import type { Span, TaskWindow } from "./window";

/** The parts of a status that a report needs. */
export type Reported = Pick<InstallationStatus, "context" | "namespace" | "name" | "workloads">;

/** Reports the tasks of the last seconds, or since each worker started. */
export function reportOf(
  { context, namespace, name, workloads }: Reported,
  window: TaskWindow,
  last?: number,
): TaskReport {
  const spans = last === undefined ? [] : window.last(last);
  const seconds =
    last === undefined ? undefined : spans.reduce((sum, { from, to }) => sum + (to - from), 0) / 1000;
  const counts = last === undefined ? window.sinceStart() : sumOf(spans.map((span) => span.counts));
  return {
    context,
    namespace,
    name,
    seconds,
    tasks: byTask(counts)
      .map((task): TaskRow => ({ ...task, perSecond: seconds ? task.ended / seconds : undefined }))
      .filter(({ ended, received }) => ended + received > 0)
      .sort((one, other) => other.ended - one.ended || one.task.localeCompare(other.task)),
    pools: workloads.filter(({ kind }) => kind === "worker pool").map(poolRow),
  };
}

function poolRow({ name, queues, processes }: WorkloadStatus): PoolRow {
  return {
    pool: name,
    queues,
    pods: processes.length,
    read: processes.filter(({ answers }) => answers).length,
    busy: totalOf(processes, "busy"),
    slots: totalOf(processes, "slots"),
    prefetched: totalOf(processes, "prefetched"),
  };
}

/** Rates of one task or queue at a time. */
export interface RatePoint {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Per second: tasks that left the queue, and those of them that failed or became dead letters. */
  readonly done: number;
  readonly failed: number;
}

/** Rates of one task or queue over the last hour. */
export const ratesOf = (spans: readonly Span[], of: "task" | "queue", name: string): RatePoint[] =>
  spans.map(({ from, to, counts }) => {
    const own = countsFor(counts, of, name);
    const perSecond = (count: number) => (count * 1000) / (to - from);
    return {
      at: to,
      done: perSecond(leftIn(own)),
      failed: perSecond(byTask(own).reduce((sum, { failed, rejected }) => sum + failed + rejected, 0)),
    };
  });
