import type { Events, Timeline } from "./events";
import { gapsOf, type Span } from "./gaps";

/** Gaps count from this long before the fault. Earlier ones have another cause. */
export const BEFORE_FAULT_SECONDS = 2;

/** Gaps between confirms. */
export function publishGaps({ confirmed }: Events, { faultAt, loadUntil }: Timeline): Span[] {
  if (confirmed.length === 0) return [];
  return gapsOf(
    confirmed.map(({ at }) => at),
    { from: faultAt - BEFORE_FAULT_SECONDS, until: loadUntil },
  );
}
