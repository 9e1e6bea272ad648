import { scaleQuantize } from "d3-scale";

const BARS = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/** Draws the last values as bars in `width` columns. Zero is a blank, so that a gap is visible. */
export function sparkline(values: readonly number[], width: number, highest: number): string {
  const bar = scaleQuantize([0, highest], BARS);
  const bars = values.slice(-width).map((value) => (value > 0 ? bar(value) : " "));
  return bars.join("").padEnd(width);
}
