import { max, min } from "d3-array";
import type { Events, Started } from "./events";

/** A task that was begun and cut off: the worker, or its process, was gone before the end. */
export interface HeldTask {
  readonly id: string;
  /** When it was begun. */
  readonly from: number;
  /** When it began again, on whichever worker; undefined when it never did. */
  readonly again: number | undefined;
}

/** By id. A task that was cut off several times counts from the last time. */
export function heldTasks({ started, finished }: Events): HeldTask[] {
  const ended = new Set(finished.map(({ id, worker, started: at }) => begin({ id, worker, at })));
  const begins = new Map<string, number[]>();
  for (const { id, at } of started) begins.set(id, [...(begins.get(id) ?? []), at]);
  const held = new Map<string, HeldTask>();
  for (const each of started) {
    if (ended.has(begin(each)) || each.at < (held.get(each.id)?.from ?? -Infinity)) continue;
    const again = min((begins.get(each.id) ?? []).filter((at) => at > each.at));
    held.set(each.id, { id: each.id, from: each.at, again });
  }
  return [...held.values()];
}

/** From the fault until tasks that were cut off began again, the longest. A task that was begun again before the fault is not its doing. */
export function redelivery(events: Events, faultAt: number): number | null {
  const times = heldTasks(events).flatMap(({ again }) =>
    again !== undefined && again >= faultAt ? [again - faultAt] : [],
  );
  return max(times) ?? null;
}

/** The ledger's clients tell the begin of a task twice, when it begins and when it ends: the same figure. */
const begin = ({ id, worker, at }: Pick<Started, "id" | "worker" | "at">) => `${id} ${worker} ${at}`;
