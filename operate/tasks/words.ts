import { durationOf } from "../cluster/deadLetters";
import type { PoolRow } from "./model";

/** Why no worker of a pool reports its tasks. */
export const whyUnread = ({ pool, pods }: PoolRow): string =>
  pods === 0
    ? `worker pool ${pool}: no worker that has started serves metrics: docs/reference/metrics.md`
    : `worker pool ${pool}: no worker answers. Metrics are read by port-forward, which needs the right to create pods/portforward`;

/** `12 ms`, `1.3 s`, `4 min`, or `> 30 min` above the largest bucket. */
export function formatSeconds(seconds: number, limit: number): string {
  if (seconds >= limit && limit > 0) return `> ${durationOf(limit)}`;
  if (seconds < 0.9995) return `${Number((seconds * 1000).toPrecision(2))} ms`;
  return seconds < 120 ? `${Number(seconds.toPrecision(2))} s` : durationOf(Math.round(seconds));
}
