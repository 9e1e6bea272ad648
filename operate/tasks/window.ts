import type { Pages } from "../status/processes";
import { type Counts, countsOf, increaseOf, type ProcessCounts, sumOf } from "./counts";

/** What was counted between two moments, in milliseconds since 1970. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly counts: Counts;
}

/** What was counted since the last reading. */
export interface Step {
  readonly counts: Counts;
  /** Pods that answered now for the first time, although they ran before. What they counted until now is missing. */
  readonly late: readonly string[];
}

/** Time that is kept. */
export const KEPT_MS = 3_600_000;
/** Shorter spans are combined, so that an hour of many tasks stays small. */
const SPAN_MS = 20_000;
/** After a longer pause, it is not known when something was counted. */
const PAUSE_MS = 120_000;

/** The counters of all workers over the last hour, from the readings that it is given. */
export class TaskWindow {
  private processes: ReadonlyMap<string, ProcessCounts | undefined> = new Map();
  private readAt: number | undefined;
  private spans: readonly Span[] = [];

  /** Adds the metrics that were read of all workers. Returns undefined if there is no reading shortly before. */
  add(at: number, pages: Pages): Step | undefined {
    const before = this.processes;
    this.processes = new Map(
      // One that does not answer will continue to count.
      [...pages].map(([pod, samples]) => [pod, samples ? countsOf(samples) : before.get(pod)]),
    );
    const from = this.readAt;
    this.readAt = at;
    this.spans = this.spans.filter(({ to }) => to > at - KEPT_MS);
    if (from === undefined || at - from > PAUSE_MS) return undefined;
    const counts = sumOf(
      [...this.processes].map(([pod, after]) => {
        const former = before.get(pod) ?? (before.has(pod) ? undefined : NEW);
        // Of one that has not answered yet, it is not known when it counted.
        return former && after ? increaseOf(former, after) : new Map();
      }),
    );
    const last = this.spans.at(-1);
    if (last?.to === from && last.to - last.from < SPAN_MS)
      this.spans = [
        ...this.spans.slice(0, -1),
        { from: last.from, to: at, counts: sumOf([last.counts, counts]) },
      ];
    else this.spans = [...this.spans, { from, to: at, counts }];
    const late = [...pages].flatMap(([pod, samples]) =>
      samples && before.has(pod) && before.get(pod) === undefined ? [pod] : [],
    );
    return { counts, late };
  }

  /** The spans of the last seconds, the oldest first. */
  last(seconds: number): readonly Span[] {
    const since = (this.readAt ?? 0) - seconds * 1000;
    // One that began a little earlier belongs to it, because it is combined of several readings.
    return this.spans.filter(({ from, to }) => (from + to) / 2 >= since);
  }

  /** What the workers that run now have counted since they started. */
  sinceStart(): Counts {
    return sumOf([...this.processes.values()].flatMap((process) => process?.counts ?? []));
  }
}

/** A process that was not there before has counted everything since. */
const NEW: ProcessCounts = { startedAt: undefined, counts: new Map() };
