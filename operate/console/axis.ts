/** A time span in milliseconds since 1970. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

const SHORTEST_MS = 300_000;
const STEPS_MS = [15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000];

/** Everything that is known, but at least five minutes, so that a new console does not show a single point. */
export const spanOf = (first: number | undefined, now: number): Span => ({
  from: Math.min(first ?? now, now - SHORTEST_MS),
  to: now,
});

/** Position of a time from 0 to 1. */
export const positionIn = ({ from, to }: Span, at: number): number => (at - from) / (to - from);

/** Round times inside the span, at most `most` of them. */
export function timeTicks({ from, to }: Span, most: number): number[] {
  const step = STEPS_MS.find((each) => (to - from) / each <= most) ?? 3_600_000;
  const ticks = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) ticks.push(at);
  return ticks;
}

const SECONDS_STEPS = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600];

/** Times inside the span at round seconds from `zero`, at most about `most` of them. */
export function secondTicks({ from, to }: Span, zero: number, most: number): number[] {
  const step = 1000 * (SECONDS_STEPS.find((each) => (to - from) / 1000 / each <= most) ?? 1200);
  const ticks = [];
  for (let at = zero + Math.ceil((from - zero) / step) * step; at <= to; at += step) ticks.push(at);
  return ticks;
}

/** The smallest of 1, 2, 5, 10, 20, 50 and so on that is not below a value. */
export function niceAbove(value: number): number {
  if (value <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find((factor) => factor * power >= value) ?? 10) * power;
}
