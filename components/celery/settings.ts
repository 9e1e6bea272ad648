import { CeleryBeatArgs } from "../celeryBeat";
import { CeleryJobArgs } from "../celeryJob";
import { CeleryWorkersArgs, WorkerOptions } from "../celeryWorkers";
import { defined } from "../shared/defined";
import { Labels, labelsOf, selectorOf } from "../shared/labels";
import { TaskLedgerArgs } from "../taskLedger";
import { Compute, ScaleBy, Spread, Volume, WorkerAutoscale } from "../types";

/** Carried by every pod that may write to a ledger; the value is the ledger's name. */
export const LEDGER_LABEL = "ha-celery/ledger";
export const LEDGER_PORT = 8080;

/** The user of docker/worker. */
const USER = 10001;
export const DEFAULT_QUEUES = ["tasks"];
export const DEFAULT_LONGEST_TASK_SECONDS = 3600;
/** docs/decisions/throughput.md has the figures. */
export const DEFAULT_PREFETCH = 4;
const DEFAULT_CONCURRENCY = 2;

interface Identity {
  name: string;
  labels: Labels;
  selector: Record<string, string>;
}

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

function resolveAutoscale(autoscale: WorkerAutoscale, workers: WorkerOptions): Autoscale {
  const { concurrency = DEFAULT_CONCURRENCY, prefetch = DEFAULT_PREFETCH } = workers;
  return {
    by: ScaleBy.Cpu,
    cpuPercent: 70,
    tasksPerReplica: concurrency * prefetch,
    ...defined(autoscale),
    minReplicas: leastReplicas(autoscale),
  };
}

/** A Job with every default filled in. */
export interface Schedule extends CeleryJobArgs, Identity {
  tasks: number;
  run: string;
  command: string[];
  queues: string[];
  backoffLimit: number;
  compute: Compute;
  runAsUser: number;
  completionTimeout: string;
}

export function resolveJob(name: string, args: CeleryJobArgs): Schedule {
  return {
    tasks: 10000,
    run: "run-1",
    command: ["python", "-m", "counter.scheduler"],
    queues: DEFAULT_QUEUES,
    backoffLimit: 10,
    runAsUser: USER,
    completionTimeout: "30m",
    ...defined(args),
    compute: { cpu: "100m", memory: "256Mi", ...defined(args.compute) },
    ...identity("celery-job", name, "job"),
  };
}

/** A beat with every default filled in. */
export interface Beat extends CeleryBeatArgs, Identity {
  queues: string[];
  storage: Volume;
  compute: Compute;
  runAsUser: number;
  readyTimeout: string;
}

export function resolveBeat(name: string, args: CeleryBeatArgs): Beat {
  return {
    queues: DEFAULT_QUEUES,
    runAsUser: USER,
    readyTimeout: "10m",
    ...defined(args),
    storage: { size: "1Gi", ...defined(args.storage) },
    compute: { cpu: "50m", memory: "256Mi", ...defined(args.compute) },
    ...identity("celery-beat", name, "beat"),
  };
}

/** A ledger with every default filled in. */
export interface Ledger extends TaskLedgerArgs, Identity {
  storage: Volume;
  compute: Compute;
  runAsUser: number;
  readyTimeout: string;
}

export function resolveLedger(name: string, args: TaskLedgerArgs): Ledger {
  return {
    runAsUser: USER,
    readyTimeout: "10m",
    ...defined(args),
    storage: { size: "1Gi", ...defined(args.storage) },
    compute: { cpu: "100m", memory: "256Mi", ...defined(args.compute) },
    ...identity("task-ledger", name, "ledger"),
  };
}

function identity(application: string, name: string, role: string): Identity {
  const labels = labelsOf(application, name, role);
  return { name, labels, selector: selectorOf(labels) };
}
