import { max, min } from "d3-array";
import { endOfWork } from "./consuming";
import type { Events, Finished, Timeline } from "./events";
import { lengthOf, type Span } from "./gaps";
import type { WorkerVerdict } from "./verdict";

/** What became of each worker, by name. Seconds are as measured. */
export function workerVerdicts(events: Events, timeline: Timeline): WorkerVerdict[] {
  const names = new Set([...events.started, ...events.finished].map(({ worker }) => worker));
  const end = endOfWork(events, timeline);
  return [...names].sort().map((worker) => {
    const finished = events.finished.filter((each) => each.worker === worker);
    const joined = firstSign(worker, events) >= timeline.faultAt;
    const survived = !joined && !timeline.brokenWorkers.includes(worker);
    const backSeconds = survived ? (max(silences(finished, timeline.faultAt, end), lengthOf) ?? null) : null;
    return { worker, survived, joined, executed: finished.length, backSeconds };
  });
}

/** The slowest that survived; null when there is none, or one never came back. */
export function slowestBack(workers: readonly WorkerVerdict[]): number | null {
  const times = workers.filter(({ survived }) => survived).map(({ backSeconds }) => backSeconds);
  return times.includes(null) ? null : (max(times.filter((time) => time !== null)) ?? null);
}

/** The spans after the fault in which a worker took no task: up to the end of the next one that it began, or to the end of the work.
 * None when it began no task after the fault. */
function silences(finished: readonly Finished[], faultAt: number, end: number): Span[] {
  const begun = finished
    .filter(({ started }) => started >= faultAt)
    .sort((one, other) => one.started - other.started);
  if (begun.length === 0) return [];
  const before = finished.filter(({ started }) => started < faultAt).map((each) => each.finished);
  // The first span begins with the fault itself: a task that ran when it happened proves nothing.
  let from = faultAt;
  let free = max([faultAt, ...before]) ?? faultAt;
  const spans = begun.map((task): Span => {
    const span = { from, until: task.finished };
    free = Math.max(free, task.finished);
    from = free;
    return span;
  });
  return [...spans, { from, until: end }];
}

const firstSign = (worker: string, { started, finished }: Events): number =>
  min([
    ...started.filter((each) => each.worker === worker).map(({ at }) => at),
    ...finished.filter((each) => each.worker === worker).map((each) => each.started),
  ]) ?? Infinity;
