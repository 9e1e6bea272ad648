import { consumeGaps } from "../verdict/consuming";
import type { Events, Timeline } from "../verdict/events";
import type { Span } from "../verdict/gaps";
import { publishGaps } from "../verdict/publishing";
import type { Verdict } from "../verdict/verdict";
import { SHOWN_IDS } from "./figures";
import { shownGaps } from "./marks";
import { publishRates, type Rate, secondsOf, workerRates } from "./rates";

/** A report in the size of a page: rates instead of the events of each task. */
export interface DrillReport {
  /** With the first ids of lost and duplicated tasks. `lost` and `duplicated` count all. */
  readonly verdict: Verdict;
  readonly timeline: Timeline;
  /** From the begin of the load to the last event. */
  readonly seconds: number;
  readonly published: readonly Rate[];
  /** In the order of the verdict's workers. */
  readonly executed: readonly { readonly worker: string; readonly rates: readonly Rate[] }[];
  /** Spans without a confirm, and spans without a finished task, of at least a second. */
  readonly gaps: { readonly publish: readonly Span[]; readonly consume: readonly Span[] };
}

/** Computes what a page shows of a drill. */
export function compact(verdict: Verdict, events: Events, timeline: Timeline): DrillReport {
  const seconds = secondsOf(events, timeline);
  return {
    verdict: {
      ...verdict,
      lostIds: verdict.lostIds.slice(0, SHOWN_IDS),
      duplicatedIds: verdict.duplicatedIds.slice(0, SHOWN_IDS),
    },
    timeline,
    seconds,
    published: publishRates(events, timeline, seconds),
    executed: workerRates(verdict, events, timeline, seconds).map(({ worker, rates }) => ({ worker, rates })),
    gaps: {
      publish: shownGaps(publishGaps(events, timeline)),
      consume: shownGaps(consumeGaps(events, timeline)),
    },
  };
}
