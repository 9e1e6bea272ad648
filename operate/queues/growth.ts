import type { WorkloadStatus } from "../status/model";
import { totalOf } from "../status/totals";
import type { QueueRow } from "./read";

/** Slower growth is noise: the counts of the brokers and of the workers are read at slightly different times. */
const NOISE = 0.05;

/**
 * Says why a queue grows whose workers serve their metrics: `2 of 2 slots busy, 4.1 tasks/s in, 2.0/s out: add workers`.
 * Undefined if it does not grow, or without consumers, which is a problem of its own.
 */
export function whyItGrows(
  { name, ready, consumers, rates }: QueueRow,
  workloads: readonly WorkloadStatus[],
): string | undefined {
  if (rates?.in === undefined || rates.in - rates.out <= NOISE || ready === 0 || consumers === 0)
    return undefined;
  const readers = workloads.filter(({ queues }) => queues.includes(name));
  const processes = readers.flatMap((pool) => pool.processes);
  const [busy, slots] = [totalOf(processes, "busy"), totalOf(processes, "slots")];
  if (slots === 0) return undefined;
  const facts = `${busy} of ${slots} slots busy, ${rates.in.toFixed(1)} tasks/s in, ${rates.out.toFixed(1)}/s out`;
  const incomplete = readers.filter(({ ready: running, wanted }) => running < wanted);
  if (incomplete.length > 0)
    return `${facts}: ${incomplete.map((pool) => `${pool.ready} of ${pool.wanted} pods of worker pool ${pool.name} are ready`).join(", ")}`;
  // Between two short tasks, a slot is free for a moment although the next task is there.
  return busy + totalOf(processes, "prefetched") >= slots ? `${facts}: add workers` : facts;
}
