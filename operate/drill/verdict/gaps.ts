import { greatest } from "d3-array";

/** A span of time, in Unix seconds. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

export const lengthOf = ({ from, until }: Span): number => until - from;

/** The spans between successive times within a window, its ends included. None when the window is empty. */
export function gapsOf(times: readonly number[], { from, until }: Span): Span[] {
  if (until <= from) return [];
  const within = times.filter((time) => time > from && time < until).sort((one, other) => one - other);
  const ends = [...within, until];
  return ends.map((end, index) => ({ from: ends[index - 1] ?? from, until: end }));
}

/** The first of the longest ones. */
export const longestOf = (spans: readonly Span[]): Span | undefined => greatest(spans, lengthOf);

/** How much of a span no other span covers. */
export function uncovered(span: Span, covers: readonly Span[]): number {
  const sorted = covers
    .filter(({ from, until }) => from < span.until && until > span.from)
    .sort((one, other) => one.from - other.from);
  let [free, reached] = [0, span.from];
  for (const { from, until } of sorted) {
    free += Math.max(0, from - reached);
    reached = Math.max(reached, until);
  }
  return free + Math.max(0, span.until - reached);
}
