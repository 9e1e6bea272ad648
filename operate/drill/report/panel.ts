import { max } from "d3-array";
import { type ScaleLinear, scaleLinear } from "d3-scale";
import { area, curveStepAfter } from "d3-shape";
import { lengthOf, type Span } from "../verdict/gaps";
import type { Rate } from "./rates";
import { element, line, text, widthOf } from "./svg";

/** Position of a panel. */
export interface Box {
  readonly top: number;
  readonly height: number;
  /** Scale of the seconds since the load began. */
  readonly x: ScaleLinear<number, number>;
}

/** Draws rates as steps. The scale ends at `highest`, by default the highest rate. */
export function ratePanel(
  rates: readonly Rate[],
  { top, height, x }: Box,
  { highest = highestOf(rates), ...paint }: { highest?: number; kind: string; color?: string },
): string {
  const y = scaleLinear([0, highest || 1], [top + height, top]);
  const [left = 0, right = 0] = x.range();
  const grid = y
    .ticks(height > 60 ? 4 : 2)
    .filter((value) => value > 0)
    .flatMap((value) => [
      line(left, y(value), right, y(value), "grid"),
      text({ x: left - 8, y: y(value) + 4, class: "quiet small", "text-anchor": "end" }, String(value)),
    ]);
  const steps = area<Rate>()
    .x(({ from }) => x(from))
    .y0(top + height)
    .y1(({ perSecond }) => y(perSecond))
    .curve(curveStepAfter)
    .digits(1)([...rates]);
  const { kind, color } = paint;
  return [
    ...grid,
    element("path", { d: steps ?? "", class: `area ${kind}`, fill: color, stroke: color }),
    line(left, top + height, right, top + height, "axis"),
  ].join("");
}

export const highestOf = (rates: readonly Rate[]): number => max(rates, ({ perSecond }) => perSecond) ?? 0;

/** Draws a gap as a tinted area of the panel, with a bracket and its length above. */
export function gapMark(gap: Span, { top, height, x }: Box): string {
  const bracketAt = top - 4;
  const [from, until] = [x(gap.from), x(gap.until)];
  const label = `gap ${lengthOf(gap).toFixed(1)} s`;
  const half = widthOf(label, 11) / 2;
  const [left = 0, right = 0] = x.range();
  const middle = Math.min(right - half, Math.max(left + half, (from + until) / 2));
  const position = { x: middle, y: bracketAt - 5, "text-anchor": "middle" };
  const bracket = `M${from.toFixed(1)},${bracketAt + 4}v-4H${until.toFixed(1)}v4`;
  return [
    element("rect", { x: from, y: top, width: until - from, height, class: "gap" }),
    element("path", { d: bracket, class: "bracket" }),
    // The halo keeps the label readable over vertical lines.
    text({ ...position, class: "halo small strong", "aria-hidden": "true" }, label),
    text({ ...position, class: "gap-text small strong" }, label),
  ].join("");
}
