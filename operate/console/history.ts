import { DEAD_LETTERS } from "../../components/shared/celery/contract";
import type { InstallationStatus } from "../status/model";

/** Time that the console remembers. */
export const HISTORY_MS = 3_600_000;
/** Brokers refresh the counts of queues every 5 s, so more samples would only repeat them. */
const SAMPLE_MS = 5_000;
/** Shorter spans would show the refresh of the counts instead of the flow. */
const RATE_MS = 20_000;
/** A longer pause between two samples is a gap: nobody looked, or nothing answered. */
export const GAP_MS = 30_000;

/** Counts of one moment. */
export interface Sample {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Undefined if no broker reported its queues. */
  readonly queues: Readonly<Record<string, Depth>> | undefined;
}

/** Tasks that wait, and tasks that workers have fetched. */
export type Depth = readonly [ready: number, unacknowledged: number];

/** A value over time. Undefined where it is unknown. */
export type Series = readonly { readonly at: number; readonly value: number | undefined }[];

/** Adds a status to the samples, and removes those that are too old. A sample of the last seconds is replaced. */
export function record(samples: readonly Sample[], at: number, status: InstallationStatus): Sample[] {
  const queues =
    status.queues &&
    Object.fromEntries(
      status.queues.map(({ name, ready, unacknowledged }): [string, Depth] => [
        name,
        [ready, unacknowledged],
      ]),
    );
  const kept = samples.filter((sample) => sample.at > at - HISTORY_MS);
  const [previous, last] = kept.slice(-2);
  // Replacing the last sample again and again would leave only one, so its distance to the one before counts.
  if (previous && last && last.at - previous.at < SAMPLE_MS) kept.pop();
  return [...kept, { at, queues }];
}

/** Depth of one queue, or of all but the dead letters. A queue that does not exist has none. */
export function depths(samples: readonly Sample[], queue?: string): Series {
  return samples.map(({ at, queues }) => ({ at, value: queues && depthIn(queues, queue) }));
}

function depthIn(queues: Readonly<Record<string, Depth>>, queue: string | undefined): number | undefined {
  if (queue !== undefined) return queues[queue] && sum(queues[queue]);
  return Object.entries(queues)
    .filter(([name]) => name !== DEAD_LETTERS)
    .reduce((total, [, depth]) => total + sum(depth), 0);
}

const sum = ([ready, unacknowledged]: Depth): number => ready + unacknowledged;

/** Change of a series per second: positive while it grows. Undefined at its begin and after a gap. */
export function rates(series: Series): Series {
  let start = 0;
  return series.map(({ at, value }, index) => {
    const before = series[index - 1];
    if (before && (at - before.at > GAP_MS || before.value === undefined)) start = index;
    // The newest point that is old enough, so that the span stays as short as it may be.
    let from = index;
    while (from > start && at - (series[from]?.at ?? at) < RATE_MS) from--;
    const first = series[from];
    const span = first ? at - first.at : 0;
    if (span < RATE_MS / 2 || value === undefined || first?.value === undefined)
      return { at, value: undefined };
    return { at, value: ((value - first.value) * 1000) / span };
  });
}

/** The rate of now. Undefined if it is not known yet. */
export const rateOf = (series: Series): number | undefined =>
  // The rate of the last point only needs the points of its span.
  rates(series.slice(-Math.ceil((2 * RATE_MS) / SAMPLE_MS) - 2)).at(-1)?.value;

/** Seconds until a queue is empty at this rate. Undefined while it does not shrink. */
export const secondsToEmpty = (depth: number, rate: number | undefined): number | undefined =>
  rate !== undefined && rate < 0 && depth > 0 ? depth / -rate : undefined;
