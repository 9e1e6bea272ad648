import { max } from "d3-array";
import type { Events, Timeline } from "./events";
import { gapsOf, type Span, uncovered } from "./gaps";
import { interruptedTasks } from "./inFlight";
import { BEFORE_FAULT_SECONDS } from "./publishing";
import { firstFinishes } from "./tasks";

/** Gaps between finished tasks on workers that the fault did not hit. */
export function consumeGaps(events: Events, timeline: Timeline): Span[] {
  const unaffected = events.finished.filter(({ worker }) => !timeline.brokenWorkers.includes(worker));
  if (unaffected.length === 0) return [];
  return gapsOf(
    unaffected.map(({ finished }) => finished),
    { from: timeline.faultAt - BEFORE_FAULT_SECONDS, until: endOfWork(events, timeline) },
  );
}

/** Returns when the last task finished, or the end of the load if tasks were lost. */
export function endOfWork({ confirmed, finished }: Events, { loadUntil }: Timeline): number {
  const done = firstFinishes(finished);
  if (confirmed.some(({ id }) => !done.has(id))) return loadUntil;
  return Math.min(loadUntil, max(finished, (each) => each.finished) ?? loadUntil);
}

/**
 * Returns for how many seconds of a span no confirmed task was waiting or running. An interrupted task does not count
 * as waiting, because it waits for the broker and not for a worker.
 */
export function starvedWithin(span: Span, events: Events): number {
  const done = firstFinishes(events.finished);
  const interrupted = new Map(interruptedTasks(events).map((task) => [task.id, task]));
  const waits = events.confirmed.flatMap(({ id, at }): Span[] => {
    const [end, task] = [done.get(id) ?? Infinity, interrupted.get(id)];
    if (!task) return [{ from: at, until: end }];
    return [
      { from: at, until: task.from },
      { from: task.again ?? Infinity, until: end },
    ];
  });
  return uncovered(span, waits);
}
