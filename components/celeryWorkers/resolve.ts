import { DEFAULT_QUEUES, LONGEST_TASK_SECONDS, PREFETCH, USER } from "../shared/celery/contract";
import { type MeasuredPod, servedMetrics } from "../shared/celery/metrics";
import { identityOf } from "../shared/labels";
import { type Compute, type WorkerAutoscale, ScaleBy, Spread } from "../types";
import type { CeleryWorkersArgs, WorkerOptions } from "./args";
import { computeOf } from "../shared/compute";
import { omitUndefined } from "../shared/omitUndefined";

/** Autoscaling with all defaults. */
export interface ResolvedAutoscale extends WorkerAutoscale {
  minReplicas: number;
  by: ScaleBy;
  cpuPercent: number;
  tasksPerReplica: number;
}

/** Arguments of workers with all defaults; either `replicas` or `autoscale` is set. */
export interface ResolvedWorkers extends CeleryWorkersArgs, MeasuredPod {
  autoscale?: ResolvedAutoscale;
  queues: string[];
  appQueues: string[];
  concurrency: number;
  longestTaskSeconds: number;
  compute: Compute;
  spread: Spread;
  observable: boolean;
  runAsUser: number;
  readyTimeout: string;
}

export function resolveWorkers(name: string, args: CeleryWorkersArgs): ResolvedWorkers {
  const { autoscale, replicas = 3, ...rest } = args;
  return {
    queues: DEFAULT_QUEUES,
    concurrency: DEFAULT_CONCURRENCY,
    longestTaskSeconds: LONGEST_TASK_SECONDS.fallback,
    spread: Spread.Preferred,
    observable: false,
    runAsUser: USER,
    readyTimeout: "10m",
    appQueues: args.queues ?? DEFAULT_QUEUES,
    ...omitUndefined(rest),
    ...(autoscale ? { autoscale: resolveAutoscale(autoscale, rest) } : { replicas }),
    compute: computeOf({ cpu: "250m", memory: "512Mi" }, args.compute),
    served: servedMetrics(args),
    ...identityOf("celery-worker", name, "worker"),
  };
}

/** The default lets one pod be lost while another continues. */
export function minReplicasOf({ minReplicas, maxReplicas }: WorkerAutoscale): number {
  return minReplicas ?? Math.min(2, maxReplicas);
}

export function resolveAutoscale(autoscale: WorkerAutoscale, workers: WorkerOptions): ResolvedAutoscale {
  const { concurrency = DEFAULT_CONCURRENCY, prefetch = PREFETCH.fallback } = workers;
  return {
    by: ScaleBy.Cpu,
    cpuPercent: 70,
    tasksPerReplica: concurrency * prefetch,
    ...omitUndefined(autoscale),
    minReplicas: minReplicasOf(autoscale),
  };
}

export const DEFAULT_CONCURRENCY = 2;
