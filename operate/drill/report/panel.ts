import { max } from "d3-array";
import { type ScaleLinear, scaleLinear } from "d3-scale";
import { area, curveStepAfter } from "d3-shape";
import { lengthOf, type Span } from "../verdict/gaps";
import type { Rate } from "./rates";
import { element, line, text, widthOf } from "./svg";

/** Where a panel is. */
export interface Box {
  readonly top: number;
  readonly height: number;
  /** Of seconds since the load began. */
  readonly x: ScaleLinear<number, number>;
}

/** Rates as steps, with a scale of their own or a given one. */
export function ratePanel(
  rates: readonly Rate[],
  { top, height, x }: Box,
  { highest = highestOf(rates), ...paint }: { highest?: number; kind: string; colour?: string },
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
  const { kind, colour } = paint;
  return [
    ...grid,
    element("path", { d: steps ?? "", class: `area ${kind}`, fill: colour, stroke: colour }),
    line(left, top + height, right, top + height, "axis"),
  ].join("");
}

export const highestOf = (rates: readonly Rate[]): number => max(rates, ({ perSecond }) => perSecond) ?? 0;

/** A gap: a tint over the panel, and its length at a bracket above. */
export function gapMark(gap: Span, { top, height, x }: Box): string {
  const bracketAt = top - 4;
  const [from, until] = [x(gap.from), x(gap.until)];
  const label = `gap ${lengthOf(gap).toFixed(1)} s`;
  const half = widthOf(label, 11) / 2;
  const [left = 0, right = 0] = x.range();
  const middle = Math.min(right - half, Math.max(left + half, (from + until) / 2));
  const where = { x: middle, y: bracketAt - 5, "text-anchor": "middle" };
  const bracket = `M${from.toFixed(1)},${bracketAt + 4}v-4H${until.toFixed(1)}v4`;
  return [
    element("rect", { x: from, y: top, width: until - from, height, class: "gap" }),
    element("path", { d: bracket, class: "bracket" }),
    // Marks may run behind it.
    text({ ...where, class: "halo small strong", "aria-hidden": "true" }, label),
    text({ ...where, class: "gap-text small strong" }, label),
  ].join("");
}
