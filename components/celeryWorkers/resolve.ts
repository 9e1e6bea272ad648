import {
  type Identity,
  DEFAULT_LONGEST_TASK_SECONDS,
  DEFAULT_PREFETCH,
  DEFAULT_QUEUES,
  USER,
  identity,
} from "../shared/celery/defaults";
import { type Compute, type WorkerAutoscale, ScaleBy, Spread } from "../types";
import type { CeleryWorkersArgs, WorkerOptions } from "./args";
import { defined } from "../shared/defined";

/** A range of worker pods with every default filled in. */
export interface Autoscale extends WorkerAutoscale {
  minReplicas: number;
  by: ScaleBy;
  cpuPercent: number;
  tasksPerReplica: number;
}

/** Workers with every default filled in; either `replicas` or `autoscale` is set. */
export interface Workers extends CeleryWorkersArgs, Identity {
  autoscale?: Autoscale;
  queues: string[];
  appQueues: string[];
  concurrency: number;
  prefetch: number;
  longestTaskSeconds: number;
  compute: Compute;
  spread: Spread;
  observable: boolean;
  runAsUser: number;
  readyTimeout: string;
}

export function resolveWorkers(name: string, args: CeleryWorkersArgs): Workers {
  const { autoscale, replicas = 3, ...rest } = args;
  return {
    queues: DEFAULT_QUEUES,
    concurrency: DEFAULT_CONCURRENCY,
    prefetch: DEFAULT_PREFETCH,
    longestTaskSeconds: DEFAULT_LONGEST_TASK_SECONDS,
    spread: Spread.Preferred,
    observable: false,
    runAsUser: USER,
    readyTimeout: "10m",
    appQueues: args.queues ?? DEFAULT_QUEUES,
    ...defined(rest),
    ...(autoscale ? { autoscale: resolveAutoscale(autoscale, rest) } : { replicas }),
    compute: { cpu: "250m", memory: "512Mi", ...defined(args.compute) },
    ...identity("celery-worker", name, "worker"),
  };
}

/** One pod may be lost while the other goes on. */
export function leastReplicas({ minReplicas, maxReplicas }: WorkerAutoscale): number {
  return minReplicas ?? Math.min(2, maxReplicas);
}

export function resolveAutoscale(autoscale: WorkerAutoscale, workers: WorkerOptions): Autoscale {
  const { concurrency = DEFAULT_CONCURRENCY, prefetch = DEFAULT_PREFETCH } = workers;
  return {
    by: ScaleBy.Cpu,
    cpuPercent: 70,
    tasksPerReplica: concurrency * prefetch,
    ...defined(autoscale),
    minReplicas: leastReplicas(autoscale),
  };
}

export const DEFAULT_CONCURRENCY = 2;
