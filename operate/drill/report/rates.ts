/** How many per second, in one bin of time. */
export interface Rate {
  /** Seconds since the load began, where the bin begins. */
  readonly from: number;
  readonly perSecond: number;
}

const BINS = 200;
const LEAST_BINS = 20;
const FEW = 3;
const WIDTHS = [0.1, 0.2, 0.25, 0.5, 1, 2, 5, 10, 15, 30, 60];

/** The width of bins for so many tasks over so many seconds: narrow enough for a picture, wide enough to hold a few tasks each. */
export function binWidth(seconds: number, tasks: number): number {
  const few = Math.min((FEW * seconds) / Math.max(1, tasks), seconds / LEAST_BINS);
  const least = Math.max(seconds / BINS, few);
  return WIDTHS.find((width) => width >= least) ?? Math.ceil(least);
}

/** The rates over time; the last bin ends the picture with zero. */
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
