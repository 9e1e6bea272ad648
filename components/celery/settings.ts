import { CeleryJobArgs } from "../celeryJob";
import { CeleryWorkersArgs } from "../celeryWorkers";
import { defined } from "../shared/defined";
import { Labels, labelsOf, selectorOf } from "../shared/labels";
import { TaskLedgerArgs } from "../taskLedger";
import { Compute, Spread, Volume } from "../types";

/** Carried by every pod that may write to a ledger; the value is the ledger's name. */
export const LEDGER_LABEL = "ha-celery/ledger";
export const LEDGER_PORT = 8080;

/** The user of docker/worker. */
const USER = 10001;
export const DEFAULT_QUEUES = ["tasks"];
export const DEFAULT_LONGEST_TASK_SECONDS = 3600;
export const DEFAULT_PREFETCH = 1;

interface Identity {
  name: string;
  labels: Labels;
  selector: Record<string, string>;
}

/** Workers with every default filled in. */
export interface Workers extends CeleryWorkersArgs, Identity {
  queues: string[];
  appQueues: string[];
  replicas: number;
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
  return {
    queues: DEFAULT_QUEUES,
    replicas: 3,
    concurrency: 2,
    prefetch: DEFAULT_PREFETCH,
    longestTaskSeconds: DEFAULT_LONGEST_TASK_SECONDS,
    spread: Spread.Preferred,
    observable: false,
    runAsUser: USER,
    readyTimeout: "10m",
    appQueues: args.queues ?? DEFAULT_QUEUES,
    ...defined(args),
    compute: { cpu: "250m", memory: "512Mi", ...defined(args.compute) },
    ...identity("celery-worker", name, "worker"),
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
