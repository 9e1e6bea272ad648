import { greatest } from "d3-array";

/** A time span in Unix seconds. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

export const lengthOf = ({ from, until }: Span): number => until - from;

/**
 * Returns the spans between successive times within a window, including its two ends. None if the window is empty.
 */
export function gapsOf(times: readonly number[], { from, until }: Span): Span[] {
  if (until <= from) return [];
  const within = times.filter((time) => time > from && time < until).sort((one, other) => one - other);
  const ends = [...within, until];
  return ends.map((end, index) => ({ from: ends[index - 1] ?? from, until: end }));
}

/** Returns the longest span, or the first of several. */
export const longestOf = (spans: readonly Span[]): Span | undefined => greatest(spans, lengthOf);

/** Returns how many seconds of a span no other span covers. */
export function uncovered(span: Span, covers: readonly Span[]): number {
  const sorted = covers
    .filter(({ from, until }) => from < span.until && until > span.from)
    .sort((one, other) => one.from - other.from);
  let [total, coveredUntil] = [0, span.from];
  for (const { from, until } of sorted) {
    total += Math.max(0, from - coveredUntil);
    coveredUntil = Math.max(coveredUntil, until);
  }
  return total + Math.max(0, span.until - coveredUntil);
}
