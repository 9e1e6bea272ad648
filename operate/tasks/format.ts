import { durationOf } from "../cluster/deadLetters";
import { newTable } from "../table";
import type { Durations, TaskReport } from "./model";
import { formatSeconds, whyUnread } from "./words";

/** Formats a report for a terminal. */
export function formatTasks(report: TaskReport): string {
  const { context, namespace, name, seconds } = report;
  const time = seconds === undefined ? "since each worker started" : `in ${durationOf(Math.round(seconds))}`;
  return [
    `tasks of ${namespace}/${name} in the cluster of context ${context}, ${time}`,
    report.tasks.length > 0 ? taskTable(report) : "no tasks",
    poolTable(report),
    ...unreadLines(report),
  ].join("\n");
}

function taskTable({ tasks }: TaskReport): string {
  const table = newTable({
    head: [
      "task",
      "queue",
      "ended",
      "per s",
      "failed",
      "retried",
      "runtime p50 / p95 / p99",
      "queue wait p50 / p95 / p99",
    ],
  });
  for (const { task, queues, ended, perSecond, failed, rejected, retried, runtime, wait } of tasks)
    table.push([
      task,
      queues.join("\n"),
      ended,
      perSecond?.toFixed(1) ?? "-",
      rejected > 0 ? `${failed}, ${rejected} rejected` : failed,
      retried,
      percentilesOf(runtime),
      percentilesOf(wait),
    ]);
  return table.toString();
}

function poolTable({ pools }: TaskReport): string {
  const table = newTable({ head: ["worker pool", "queues", "workers", "busy", "prefetched"] });
  for (const { pool, queues, pods, read, busy, slots, prefetched } of pools)
    table.push([
      pool,
      queues.join(", "),
      read === pods ? pods : `${read} of ${pods} answer`,
      ...(read > 0 ? [`${busy} of ${slots}`, prefetched] : ["-", "-"]),
    ]);
  return table.toString();
}

/** Pools whose tasks are missing. */
const unreadLines = ({ pools }: TaskReport): string[] =>
  pools.filter(({ read }) => read === 0).map((pool) => whyUnread(pool));

const percentilesOf = (durations: Durations | undefined): string =>
  durations
    ? [durations.p50, durations.p95, durations.p99]
        .map((seconds) => formatSeconds(seconds, durations.limit))
        .join(" / ")
    : "-";
