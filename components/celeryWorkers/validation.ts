import {
  commandProblems,
  environmentProblems,
  queueProblems,
  userProblems,
} from "../shared/celery/validation";
import { RESERVED } from "../shared/celery/environment";
import type { CeleryWorkersArgs, WorkerOptions } from "./args";
import { ScaleBy, Spread } from "../types";
import { choiceProblems, computeProblems, durationProblems, wholeNumberProblems } from "../shared/validation";
import { minReplicasOf } from "./resolve";

export const WORKERS: Record<string, string> = {
  ...RESERVED,
  HA_CELERY_PREFETCH_MULTIPLIER: "prefetch",
  HA_CELERY_LONGEST_TASK_SECONDS: "longestTaskSeconds",
  HA_CELERY_OBSERVABLE: "observable",
  HA_CELERY_STATE_DIR: "no argument: it is fixed",
};

/** Everything wrong with the arguments of workers. */
export function workersProblems(options: WorkerOptions): string[] {
  return [
    ...queueProblems("queues", options.queues),
    ...wholeNumberProblems("replicas", options.replicas, { why: "it is a number of pods", least: 0 }),
    ...autoscaleProblems(options),
    ...wholeNumberProblems("concurrency", options.concurrency, {
      why: "it is a number of processes",
      least: 1,
    }),
    ...wholeNumberProblems("prefetch", options.prefetch, {
      why: "each process holds this many tasks, the running one included",
      least: 1,
      most: 1000,
    }),
    ...wholeNumberProblems("longestTaskSeconds", options.longestTaskSeconds, {
      why: "a stopping pod waits this long for its tasks",
      least: 1,
      most: 7 * 86400,
    }),
    ...computeProblems(options.compute),
    ...choiceProblems("spread", options.spread, Spread),
    ...environmentProblems(WORKERS, options.env, options.envFromSecrets),
    ...commandProblems(options.command),
    ...userProblems(options.runAsUser),
    ...durationProblems("readyTimeout", options.readyTimeout),
  ];
}

/** What autoscaling by the length of queues needs of the broker. */
export function managementProblems({ autoscale, broker }: CeleryWorkersArgs): string[] {
  if (autoscale?.by !== ScaleBy.QueueLength || broker.management) return [];
  return [
    'autoscale.by is "queueLength", but broker.management is not set: KEDA asks the management API how long the queues are. Set it as RabbitMqCluster.connection does, or use by "cpu".',
  ];
}

export function autoscaleProblems({ autoscale, replicas }: WorkerOptions): string[] {
  if (autoscale === undefined) return [];
  const { by = ScaleBy.Cpu, minReplicas, maxReplicas } = autoscale;
  const least = minReplicasOf(autoscale);
  return [
    ...(replicas === undefined
      ? []
      : [
          "replicas and autoscale are mutually exclusive; replicas sets a fixed count, autoscale sets a range. Remove one.",
        ]),
    ...choiceProblems("autoscale.by", by, ScaleBy),
    ...wholeNumberProblems("autoscale.minReplicas", minReplicas, {
      why: by === ScaleBy.Cpu ? "CPU can only be measured in a pod" : "it is a number of pods",
      least: by === ScaleBy.Cpu ? 1 : 0,
    }),
    ...wholeNumberProblems("autoscale.maxReplicas", maxReplicas, {
      why: "somebody must run the tasks",
      least: 1,
    }),
    ...(maxReplicas >= 1 && maxReplicas < least
      ? [
          `autoscale.maxReplicas is ${maxReplicas}, but minReplicas is ${least}. Raise the one or lower the other.`,
        ]
      : []),
    ...wholeNumberProblems("autoscale.cpuPercent", autoscale.cpuPercent, {
      why: "it is the aim for the CPU of the pods",
      least: 1,
    }),
    ...wholeNumberProblems("autoscale.tasksPerReplica", autoscale.tasksPerReplica, {
      why: "a pod is there for so many tasks",
      least: 1,
    }),
    ...(by === ScaleBy.QueueLength && autoscale.cpuPercent !== undefined
      ? ['autoscale.cpuPercent has no effect with by "queueLength". Remove it, or use by "cpu".']
      : []),
    ...(by === ScaleBy.Cpu && autoscale.tasksPerReplica !== undefined
      ? ['autoscale.tasksPerReplica has no effect with by "cpu". Remove it, or use by "queueLength".']
      : []),
  ];
}
