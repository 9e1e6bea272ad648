import { CELERY, app, command, environmentRule, queues } from "../shared/celery/checks";
import { LONGEST_TASK_SECONDS, PREFETCH, VARIABLES } from "../shared/celery/contract";
import { FIXED, RESERVED } from "../shared/celery/environment";
import { metrics } from "../shared/celery/metrics";
import {
  type Check,
  type Checks,
  type Rule,
  type Validation,
  compute,
  duration,
  fields,
  namespace,
  oneOf,
  unchecked,
  wholeNumber,
} from "../shared/checks";
import { type WorkerAutoscale, Pool, ScaleBy, Spread } from "../types";
import type { TransformedDeployment } from "../transform/args";
import { aFunction } from "../transform/transformed";
import type { CeleryWorkersArgs, WorkerOptions } from "./args";
import { minReplicasOf } from "./resolve";

const autoscaleChecks = (by: ScaleBy): Checks<WorkerAutoscale> => ({
  by: oneOf(ScaleBy),
  minReplicas:
    by === ScaleBy.Cpu
      ? wholeNumber({ why: "CPU usage is only measurable in a running pod", least: 1 })
      : wholeNumber({ why: "it is a number of pods", least: 0 }),
  maxReplicas: wholeNumber({ why: "the tasks need at least one pod", least: 1 }),
  cpuPercent: wholeNumber({ why: "it is the target CPU usage of the pods, in percent", least: 1 }),
  tasksPerReplica: wholeNumber({ why: "it is a number of tasks per pod", least: 1 }),
});

const orderedRange: Rule<WorkerAutoscale> = {
  needs: ["maxReplicas"],
  problems: (range) => {
    const least = minReplicasOf(range);
    if (range.maxReplicas >= least) return [];
    return [
      `maxReplicas is ${range.maxReplicas}, but minReplicas is ${least}. Raise maxReplicas or lower minReplicas.`,
    ];
  },
};

const targetOfTheOtherMetric: Rule<WorkerAutoscale> = {
  needs: [],
  problems: ({ by = ScaleBy.Cpu, cpuPercent, tasksPerReplica }) => {
    if (by === ScaleBy.QueueLength && cpuPercent !== undefined)
      return ['cpuPercent has no effect with by "queueLength". Remove it, or use by "cpu".'];
    if (by === ScaleBy.Cpu && tasksPerReplica !== undefined)
      return ['tasksPerReplica has no effect with by "cpu". Remove it, or use by "queueLength".'];
    return [];
  },
};

const replicasOrAutoscale: Rule<WorkerOptions> = {
  needs: [],
  problems: ({ replicas, autoscale }) =>
    replicas === undefined || autoscale === undefined
      ? []
      : [
          "replicas and autoscale are mutually exclusive: the former sets a fixed number of pods, the latter a range. Remove one.",
        ],
};

const pool: Check<string> = (what, value) =>
  value === "solo"
    ? [
        `${what} is "solo", which answers no heartbeat of the broker while a task runs, so long tasks run again and again. Use "prefork" with concurrency 1.`,
      ]
    : oneOf(Pool)(what, value);

export const WORKER_ENVIRONMENT = environmentRule({
  ...RESERVED,
  [VARIABLES.prefetch]: "Use prefetch",
  [VARIABLES.longestTaskSeconds]: "Use longestTaskSeconds",
  [VARIABLES.observable]: "Use observable",
  [VARIABLES.stateDir]: FIXED,
  [VARIABLES.metricsPort]: "Use metrics",
});

export const WORKERS: Validation<WorkerOptions> = {
  checks: {
    queues,
    replicas: wholeNumber({ why: "it is a number of pods", least: 0 }),
    autoscale: (what, range) =>
      fields(autoscaleChecks(range.by ?? ScaleBy.Cpu), orderedRange, targetOfTheOtherMetric)(what, range),
    pool,
    concurrency: wholeNumber({ why: "it is a number of processes", least: 1 }),
    prefetch: wholeNumber({
      why: "each process holds this many tasks, the running one included",
      least: PREFETCH.least,
      most: PREFETCH.most,
    }),
    longestTaskSeconds: wholeNumber({
      why: "a stopping pod waits this long for its tasks",
      least: LONGEST_TASK_SECONDS.least,
      most: LONGEST_TASK_SECONDS.most,
    }),
    compute,
    spread: oneOf(Spread),
    observable: unchecked,
    command,
    metrics,
    readyTimeout: duration,
    transform: fields<TransformedDeployment>({ deployment: aFunction }),
    ...CELERY,
  },
  rules: [replicasOrAutoscale, WORKER_ENVIRONMENT],
};

const managementForQueueLength: Rule<CeleryWorkersArgs> = {
  needs: ["autoscale"],
  problems: ({ autoscale, broker }) =>
    autoscale?.by !== ScaleBy.QueueLength || broker.management
      ? []
      : [
          'autoscale.by is "queueLength", but broker.management is not set: KEDA reads the queue length from the management API. Set it as RabbitMqCluster.connection does, or use by "cpu".',
        ],
};

export const CELERY_WORKERS: Validation<CeleryWorkersArgs> = {
  checks: {
    app,
    ...WORKERS.checks,
    appQueues: queues,
    namespace,
    image: unchecked,
    broker: unchecked,
    ledger: unchecked,
  },
  rules: [...WORKERS.rules, managementForQueueLength],
};
