import { DEFAULT_QUEUES, LONGEST_TASK_SECONDS, PREFETCH } from "../shared/celery/contract";
import type { WorkerOptions } from "../celeryWorkers/args";
import type { HaCeleryArgs, WorkerPoolOptions } from "./args";
import type { BrokerAccess } from "../rabbitMqCluster/args";
import { omitUndefined } from "../shared/omitUndefined";
import { type CeleryMetrics, ScaleBy } from "../types";

/** RabbitMQ's default consumer timeout, in seconds. */
const LEAST_CONSUMER_TIMEOUT = 1800;

export function poolsOf(args: HaCeleryArgs): WorkerPoolOptions[] {
  return args.workers ?? [{ name: "default" }];
}

/** Queues of all pools. Every pool and job gets the same list, and so the same default queue. */
export function queuesOf(pools: WorkerPoolOptions[]): string[] {
  return [...new Set(pools.flatMap((pool) => pool.queues ?? DEFAULT_QUEUES))];
}

/**
 * Maximum time, in seconds, that a worker holds a task: the task waits for those prefetched before it, then runs. Quorum
 * queues limit prefetching per consumer, so a worker prefetches from each of its queues. A worker that holds tasks by time
 * returns those that wait for long ones, so it stays far below.
 */
export function longestHold(pool: WorkerOptions): number {
  const queues = new Set(pool.queues ?? DEFAULT_QUEUES).size;
  const longestTask = pool.longestTaskSeconds ?? LONGEST_TASK_SECONDS.fallback;
  return longestTask * (pool.prefetch ?? PREFETCH.fallback) * queues;
}

/** The longest hold of all pools, plus one longest task as a margin. */
export function consumerTimeout(pools: WorkerPoolOptions[]): number {
  const holds = pools.map(
    (pool) => longestHold(pool) + (pool.longestTaskSeconds ?? LONGEST_TASK_SECONDS.fallback),
  );
  return Math.max(LEAST_CONSUMER_TIMEOUT, ...holds);
}

/** Whether a part needs the Python package. All parts run one image, so the ledger then needs it, too. */
export function isInjected(args: HaCeleryArgs): boolean {
  return [args, ...poolsOf(args), args.job, args.beat].some((part) => part?.inject);
}

/** Metrics of a part, which the namespaces that read the broker's may read, too. */
export function metricsOf(args: HaCeleryArgs, part: { metrics?: CeleryMetrics }): CeleryMetrics {
  const monitoringNamespaces = args.broker?.access?.monitoringNamespaces;
  return { monitoringNamespaces, ...omitUndefined(part.metrics ?? {}) };
}

/** Namespace of KEDA in its chart and manifests. */
const KEDA_NAMESPACE = "keda";

/** The broker's access, with KEDA's namespace if a pool scales by queue length and the user names no management
 * namespaces. */
export function accessOf(args: HaCeleryArgs): BrokerAccess | undefined {
  const access = args.broker?.access;
  const asksKeda = poolsOf(args).some((pool) => pool.autoscale?.by === ScaleBy.QueueLength);
  if (!asksKeda || access?.managementNamespaces) return access;
  return { ...access, managementNamespaces: [KEDA_NAMESPACE] };
}
