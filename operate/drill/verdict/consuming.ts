import { max } from "d3-array";
import type { Events, Timeline } from "./events";
import { gapsOf, type Span, uncovered } from "./gaps";
import { heldTasks } from "./held";
import { BEFORE_FAULT_SECONDS } from "./publishing";
import { firstFinishes } from "./tasks";

/** Times without a finished task on workers that the fault left alone. */
export function consumeGaps(events: Events, timeline: Timeline): Span[] {
  const alive = events.finished.filter(({ worker }) => !timeline.brokenWorkers.includes(worker));
  if (alive.length === 0) return [];
  return gapsOf(
    alive.map(({ finished }) => finished),
    { from: timeline.faultAt - BEFORE_FAULT_SECONDS, until: endOfWork(events, timeline) },
  );
}

/** After the last task there is nothing to wait for, unless some never ran. */
export function endOfWork({ confirmed, finished }: Events, { loadUntil }: Timeline): number {
  const done = firstFinishes(finished);
  if (confirmed.some(({ id }) => !done.has(id))) return loadUntil;
  return Math.min(loadUntil, max(finished, (each) => each.finished) ?? loadUntil);
}

/** How long within a span no confirmed task was waiting or running: one that was cut off waits for the broker, not for a worker. */
export function starvedWithin(span: Span, events: Events): number {
  const done = firstFinishes(events.finished);
  const held = new Map(heldTasks(events).map((task) => [task.id, task]));
  const waits = events.confirmed.flatMap(({ id, at }): Span[] => {
    const [end, hold] = [done.get(id) ?? Infinity, held.get(id)];
    if (!hold) return [{ from: at, until: end }];
    return [
      { from: at, until: hold.from },
      { from: hold.again ?? Infinity, until: end },
    ];
  });
  return uncovered(span, waits);
}
