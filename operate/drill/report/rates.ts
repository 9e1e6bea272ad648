/** Events per second in one time bin. */
export interface Rate {
  /** Begin of the bin, in seconds since the load began. */
  readonly from: number;
  readonly perSecond: number;
}

const BINS = 200;
const LEAST_BINS = 20;
const TASKS_PER_BIN = 3;
const WIDTHS = [0.1, 0.2, 0.25, 0.5, 1, 2, 5, 10, 15, 30, 60];

/** Returns a bin width that is narrow enough for the picture, but wide enough for a few tasks per bin. */
export function binWidth(seconds: number, tasks: number): number {
  const forTasks = Math.min((TASKS_PER_BIN * seconds) / Math.max(1, tasks), seconds / LEAST_BINS);
  const least = Math.max(seconds / BINS, forTasks);
  return WIDTHS.find((width) => width >= least) ?? Math.ceil(least);
}

/** Returns the rates over time. The last one is zero and ends the picture. */
export function ratesOf(times: readonly number[], seconds: number, width: number): Rate[] {
  const counts = Array.from({ length: Math.ceil(seconds / width) }, () => 0);
  for (const time of times) {
    const bin = Math.floor(time / width);
    if (bin in counts) counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const rates = counts.map((count, bin) => {
    const from = bin * width;
    return { from, perSecond: count / Math.min(width, seconds - from) };
  });
  return [...rates, { from: seconds, perSecond: 0 }];
}
