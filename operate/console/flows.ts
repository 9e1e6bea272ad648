import type { RatePoint } from "../tasks/report";
import type { WorkloadStatus } from "../status/model";
import { GAP_MS, type Series } from "./history";

/**
 * What goes into a queue per second: what left it according to the workers, and what its depth changed by. Brokers do
 * not count messages, because that costs them a fifth of their throughput.
 */
export const arrivals = (rates: readonly RatePoint[], depth: Series): Series =>
  rates.map(({ at, done }, index) => {
    const from = rates[index - 1]?.at ?? NaN;
    const [before, after] = [depthAt(depth, from), depthAt(depth, at)];
    if (!(at - from <= GAP_MS) || before === undefined || after === undefined)
      return { at, value: undefined };
    // Both are read at slightly different times.
    return { at, value: Math.max(0, done + ((after - before) * 1000) / (at - from)) };
  });

/** The workers' counters say what leaves a queue only if all who read it report theirs. */
export function isCounted(workloads: readonly WorkloadStatus[], queue: string): boolean {
  const readers = workloads.filter(({ queues }) => queues.includes(queue));
  return readers.length > 0 && readers.every(isRead);
}

const isRead = ({ wanted, processes }: WorkloadStatus): boolean =>
  wanted > 0 && processes.length > 0 && processes.every(({ answers }) => answers);

/** Counts are a few seconds old. */
const NEAR_MS = 10_000;

function depthAt(depth: Series, at: number): number | undefined {
  let best: Series[number] | undefined;
  for (const point of depth) if (!best || Math.abs(point.at - at) <= Math.abs(best.at - at)) best = point;
  return best && Math.abs(best.at - at) <= NEAR_MS ? best.value : undefined;
}
