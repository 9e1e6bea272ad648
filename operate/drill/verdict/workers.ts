import { max, min } from "d3-array";
import { endOfWork } from "./consuming";
import type { Events, FinishedTask, Timeline } from "./events";
import { lengthOf, type Span } from "./gaps";
import type { WorkerVerdict } from "./verdict";

/** Returns the verdict on each worker, sorted by name. Seconds are not rounded. */
export function workerVerdicts(events: Events, timeline: Timeline): WorkerVerdict[] {
  const names = new Set([...events.started, ...events.finished].map(({ worker }) => worker));
  const end = endOfWork(events, timeline);
  return [...names].sort().map((worker) => {
    const finished = events.finished.filter((each) => each.worker === worker);
    const joined = firstSeenAt(worker, events) >= timeline.faultAt;
    const survived = !joined && !timeline.brokenWorkers.includes(worker);
    const backSeconds = survived ? (max(idleSpans(finished, timeline.faultAt, end), lengthOf) ?? null) : null;
    return { worker, survived, joined, executed: finished.length, backSeconds };
  });
}

/** Returns the slowest surviving worker. null if none survived, or if one of them never came back. */
export function slowestBack(workers: readonly WorkerVerdict[]): number | null {
  const times = workers.filter(({ survived }) => survived).map(({ backSeconds }) => backSeconds);
  return times.includes(null) ? null : (max(times.filter((time) => time !== null)) ?? null);
}

/**
 * Returns the span from the fault until the worker finished a task that it began afterward, and all its later idle
 * spans until the end of the work. Returns none if it began no task after the fault.
 */
function idleSpans(finished: readonly FinishedTask[], faultAt: number, end: number): Span[] {
  const begun = finished
    .filter(({ started }) => started >= faultAt)
    .sort((one, other) => one.started - other.started);
  const first = min(begun, (each) => each.finished);
  if (first === undefined) return [];
  const idle: Span[] = [];
  let free = max(finished.filter(({ started }) => started < faultAt).map((each) => each.finished)) ?? faultAt;
  for (const task of begun) {
    idle.push({ from: Math.max(free, faultAt), until: task.started });
    free = Math.max(free, task.finished);
  }
  return [{ from: faultAt, until: first }, ...idle, { from: free, until: end }];
}

const firstSeenAt = (worker: string, { started, finished }: Events): number =>
  min([
    ...started.filter((each) => each.worker === worker).map(({ at }) => at),
    ...finished.filter((each) => each.worker === worker).map((each) => each.started),
  ]) ?? Infinity;
