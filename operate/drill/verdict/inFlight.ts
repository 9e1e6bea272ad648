import { max, min } from "d3-array";
import type { Events, StartedTask } from "./events";

/** A task in flight whose worker or process stopped before the task finished. */
export interface InterruptedTask {
  readonly id: string;
  /** When it began. */
  readonly from: number;
  /** When it began again on any worker. Undefined if it never did. */
  readonly again: number | undefined;
}

/** Returns the interrupted tasks. A task that was interrupted several times counts from the last time. */
export function interruptedTasks({ started, finished }: Events): InterruptedTask[] {
  const finishedRuns = new Set(finished.map(({ id, worker, started: at }) => keyOf({ id, worker, at })));
  const begins = new Map<string, number[]>();
  for (const { id, at } of started) begins.set(id, [...(begins.get(id) ?? []), at]);
  const interrupted = new Map<string, InterruptedTask>();
  for (const each of started) {
    if (finishedRuns.has(keyOf(each)) || each.at < (interrupted.get(each.id)?.from ?? -Infinity)) continue;
    const again = min((begins.get(each.id) ?? []).filter((at) => at > each.at));
    interrupted.set(each.id, { id: each.id, from: each.at, again });
  }
  return [...interrupted.values()];
}

/**
 * Returns the longest time from the fault until an interrupted task began again. Tasks that began again before the
 * fault do not count.
 */
export function redelivery(events: Events, faultAt: number): number | null {
  const times = interruptedTasks(events).flatMap(({ again }) =>
    again !== undefined && again >= faultAt ? [again - faultAt] : [],
  );
  return max(times) ?? null;
}

/** Workers report the begin of a task twice with the same time, when it begins and when it ends. */
const keyOf = ({ id, worker, at }: Pick<StartedTask, "id" | "worker" | "at">) => `${id} ${worker} ${at}`;
