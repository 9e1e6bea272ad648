import { arrived, isCounted } from "../tasks/rates";
import type { RatePoint } from "../tasks/report";
import { GAP_MS, type Series } from "./history";

export { isCounted };

/** What goes into a queue per second. */
export const arrivals = (rates: readonly RatePoint[], depth: Series): Series =>
  rates.map(({ at, done }, index) => {
    const from = rates[index - 1]?.at ?? NaN;
    const [before, after] = [depthAt(depth, from), depthAt(depth, at)];
    if (!(at - from <= GAP_MS) || before === undefined || after === undefined)
      return { at, value: undefined };
    return { at, value: arrived(done, before, after, (at - from) / 1000) };
  });

/** Counts are a few seconds old. */
const NEAR_MS = 10_000;

function depthAt(depth: Series, at: number): number | undefined {
  let best: Series[number] | undefined;
  for (const point of depth) if (!best || Math.abs(point.at - at) <= Math.abs(best.at - at)) best = point;
  return best && Math.abs(best.at - at) <= NEAR_MS ? best.value : undefined;
}
