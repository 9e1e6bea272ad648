import { DEFAULT_QUEUES, LONGEST_TASK_SECONDS, PREFETCH } from "../shared/celery/contract";
import type { WorkerOptions } from "../celeryWorkers/args";
import type { HaCeleryArgs, WorkerPoolOptions } from "./args";
import type { BrokerAccess } from "../rabbitMqCluster/args";
import { ScaleBy } from "../types";

/** What RabbitMQ takes by itself. */
const LEAST_CONSUMER_TIMEOUT = 1800;

export function poolsOf(args: HaCeleryArgs): WorkerPoolOptions[] {
  return args.workers ?? [{ name: "default" }];
}

/** Queues of the application: those of all pools, so that every pool and job has the same default queue, the first. */
export function queuesOf(pools: WorkerPoolOptions[]): string[] {
  return [...new Set(pools.flatMap((pool) => pool.queues ?? DEFAULT_QUEUES))];
}

/** Seconds that a task may rightly be in a worker: it waits for those fetched before it, then runs itself. */
export function longestHold(pool: WorkerOptions): number {
  return (pool.longestTaskSeconds ?? LONGEST_TASK_SECONDS.fallback) * (pool.prefetch ?? PREFETCH.fallback);
}

/** The longest hold of all pools and one longest task to spare. */
export function consumerTimeout(pools: WorkerPoolOptions[]): number {
  const holds = pools.map(
    (pool) => longestHold(pool) + (pool.longestTaskSeconds ?? LONGEST_TASK_SECONDS.fallback),
  );
  return Math.max(LEAST_CONSUMER_TIMEOUT, ...holds);
}

/** Where KEDA's own chart and manifests put it. */
const KEDA_NAMESPACE = "keda";

/** The broker's access, opened for KEDA when a pool scales by queue length and nobody said who may use the management API. */
export function accessOf(args: HaCeleryArgs): BrokerAccess | undefined {
  const access = args.broker?.access;
  const asksKeda = poolsOf(args).some((pool) => pool.autoscale?.by === ScaleBy.QueueLength);
  if (!asksKeda || access?.managementNamespaces) return access;
  return { ...access, managementNamespaces: [KEDA_NAMESPACE] };
}
