import type { Durations } from "./model";

/** Number of durations up to a limit, which includes those of the smaller limits. */
export type Bucket = readonly [limit: number, count: number];

/** Summarizes a histogram. Undefined if it is empty. */
export function durationsOf(buckets: readonly Bucket[], sum: number): Durations | undefined {
  const sorted = [...buckets].sort(([one], [other]) => one - other);
  const count = sorted.at(-1)?.[1] ?? 0;
  const limit = sorted.findLast(([each]) => Number.isFinite(each))?.[0] ?? 0;
  if (count === 0) return undefined;
  return {
    count,
    mean: sum / count,
    p50: percentile(sorted, 0.5),
    p95: percentile(sorted, 0.95),
    p99: percentile(sorted, 0.99),
    limit,
  };
}

/**
 * The same as Prometheus' `histogram_quantile`, so that Grafana shows the same: durations are assumed to be spread
 * evenly in their bucket, the first of which begins at 0. Above the largest limit, it returns that limit.
 */
export function percentile(sorted: readonly Bucket[], share: number): number {
  const rank = share * (sorted.at(-1)?.[1] ?? 0);
  const at = sorted.findIndex(([, count]) => count >= rank);
  const [limit = 0, count = 0] = sorted[at] ?? [];
  const [below, before] = sorted[at - 1] ?? [0, 0];
  if (!Number.isFinite(limit)) return below;
  return count === before ? limit : below + ((limit - below) * (rank - before)) / (count - before);
}
