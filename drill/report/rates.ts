/** How many per second, in one bin of time. */
export interface Rate {
  /** Seconds since the load began, where the bin begins. */
  readonly from: number;
  readonly perSecond: number;
}

const BINS = 200;
const WIDTHS = [0.1, 0.2, 0.25, 0.5, 1, 2, 5, 10, 15, 30, 60];

/** The width of bins for a picture of so many seconds. */
export const binWidth = (seconds: number): number =>
  WIDTHS.find((width) => seconds / width <= BINS) ?? Math.ceil(seconds / BINS);

/** The rates over time; the last bin ends the picture with zero. */
export function ratesOf(times: readonly number[], seconds: number, width: number): Rate[] {
  const counts = Array.from({ length: Math.ceil(seconds / width) }, () => 0);
  for (const time of times) {
    const bin = Math.floor(time / width);
    if (bin in counts) counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const rates = counts.map((count, bin) => ({ from: bin * width, perSecond: count / width }));
  return [...rates, { from: seconds, perSecond: 0 }];
}
