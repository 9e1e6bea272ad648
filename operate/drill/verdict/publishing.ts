import type { Events, Timeline } from "./events";
import { gapsOf, type Span } from "./gaps";

/** Where gaps begin to count: what stood still just before the fault is not its doing. */
export const BEFORE_FAULT_SECONDS = 2;

/** Times without a confirm. */
export function publishGaps({ confirmed }: Events, { faultAt, loadUntil }: Timeline): Span[] {
  if (confirmed.length === 0) return [];
  return gapsOf(
    confirmed.map(({ at }) => at),
    { from: faultAt - BEFORE_FAULT_SECONDS, until: loadUntil },
  );
}
