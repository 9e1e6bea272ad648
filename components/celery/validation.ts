import * as pulumi from "@pulumi/pulumi";
import { BeatOptions } from "../celeryBeat";
import { JobOptions } from "../celeryJob";
import { CeleryWorkersArgs, WorkerOptions } from "../celeryWorkers";
import {
  choiceProblems,
  computeProblems,
  durationProblems,
  quantityProblems,
  quote,
  wholeNumberProblems,
} from "../shared/validation";
import { DEAD_LETTERS } from "../rabbitmq/settings";
import { LedgerOptions } from "../taskLedger";
import { ScaleBy, SecretKey, Spread } from "../types";
import { leastReplicas } from "./settings";

/** Variables that a component sets from its arguments, and the argument to use instead. */
const COMMON: Record<string, string> = {
  HA_CELERY_BROKER_URL: "broker",
  HA_CELERY_BROKER_CA: "broker",
  HA_CELERY_BROKER_SERVER_NAME: "broker",
  HA_CELERY_RESULT_BACKEND: "resultBackend",
  HA_CELERY_QUEUES: "queues",
  HA_CELERY_LEDGER_URL: "ledger",
};
const WORKERS: Record<string, string> = {
  ...COMMON,
  HA_CELERY_PREFETCH_MULTIPLIER: "prefetch",
  HA_CELERY_LONGEST_TASK_SECONDS: "longestTaskSeconds",
  HA_CELERY_OBSERVABLE: "observable",
  HA_CELERY_STATE_DIR: "no argument: it is fixed",
};
const BEAT: Record<string, string> = { ...COMMON, HA_CELERY_STATE_DIR: "no argument: it is fixed" };
const JOB: Record<string, string> = { ...COMMON, SCHEDULE_TASKS: "tasks", SCHEDULE_RUN: "run" };

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

function autoscaleProblems({ autoscale, replicas }: WorkerOptions): string[] {
  if (autoscale === undefined) return [];
  const { by = ScaleBy.Cpu, minReplicas, maxReplicas } = autoscale;
  const least = leastReplicas(autoscale);
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

/** Everything wrong with the arguments of a job. */
export function jobProblems(options: JobOptions): string[] {
  return [
    ...wholeNumberProblems("tasks", options.tasks, { why: "there would be nothing to publish", least: 1 }),
    ...runProblems(options.run),
    ...queueProblems("queues", options.queues),
    ...wholeNumberProblems("backoffLimit", options.backoffLimit, { why: "it is a number of pods", least: 0 }),
    ...computeProblems(options.compute),
    ...environmentProblems(JOB, options.env, options.envFromSecrets),
    ...commandProblems(options.command),
    ...userProblems(options.runAsUser),
    ...durationProblems("completionTimeout", options.completionTimeout),
  ];
}

/** Everything wrong with the arguments of a beat. */
export function beatProblems(options: BeatOptions): string[] {
  return [
    ...queueProblems("queues", options.queues),
    ...quantityProblems("storage.size", options.storage?.size, "1Gi"),
    ...computeProblems(options.compute),
    ...environmentProblems(BEAT, options.env, options.envFromSecrets),
    ...commandProblems(options.command),
    ...userProblems(options.runAsUser),
    ...durationProblems("readyTimeout", options.readyTimeout),
  ];
}

/** Everything wrong with the arguments of a ledger. */
export function ledgerProblems(options: LedgerOptions): string[] {
  return [
    ...quantityProblems("storage.size", options.storage?.size, "1Gi"),
    ...computeProblems(options.compute),
    ...userProblems(options.runAsUser),
    ...durationProblems("readyTimeout", options.readyTimeout),
  ];
}

export function appProblems(app: string): string[] {
  if (/^\w+(\.\w+)*(:\w+(\.\w+)*)?$/.test(app)) return [];
  return [
    `app is ${quote(app)}, which is not what \`celery --app\` takes. Use for example "mail.tasks" or "mail.tasks:app".`,
  ];
}

export function queueProblems(what: string, queues: string[] | undefined): string[] {
  if (queues === undefined) return [];
  return [
    ...(queues.length === 0 ? [`${what} is empty. Use at least one, for example ["tasks"].`] : []),
    ...queues
      .filter((queue) => !/^[\w.-]{1,200}$/.test(queue))
      .map((queue) => `${what} has ${quote(queue)}. Use up to 200 letters, digits, "_", "." and "-".`),
    ...queues
      .filter((queue, index) => queues.indexOf(queue) !== index)
      .map((queue) => `${what} has ${quote(queue)} twice. Remove one.`),
    ...queues
      .filter((queue) => queue === DEAD_LETTERS || queue.startsWith("celery_delayed_"))
      .map((queue) => `${what} has ${quote(queue)}, which is in use for other things. Choose another name.`),
  ];
}

function runProblems(run = "run-1"): string[] {
  if (/^[A-Za-z0-9][A-Za-z0-9.-]{0,63}$/.test(run)) return [];
  return [
    `run is ${quote(run)}, but task ids begin with it. Use up to 64 letters, digits, "." and "-", no "." or "-" first.`,
  ];
}

function environmentProblems(
  reserved: Record<string, string>,
  env: Record<string, pulumi.Input<string>> = {},
  secrets: Record<string, SecretKey> = {},
): string[] {
  const names = [...Object.keys(env), ...Object.keys(secrets)];
  return [
    ...names
      .filter((name) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      .map(
        (name) =>
          `env has ${quote(name)}, which no environment variable can be called. Use letters, digits and "_".`,
      ),
    ...names
      .filter((name) => name in reserved)
      .map((name) => `env has ${name}, which the component sets. Use ${reserved[name]}.`),
    ...Object.keys(secrets)
      .filter((name) => name in env)
      .map((name) => `env and envFromSecrets both have ${name} and cannot both set it. Remove one.`),
  ];
}

function commandProblems(command: string[] | undefined): string[] {
  return command?.length === 0 ? ["command is empty. Give the program to run, or leave command out."] : [];
}

function userProblems(user: number | undefined): string[] {
  return wholeNumberProblems("runAsUser", user, {
    why: "root is refused by the Pod Security level restricted",
    least: 1,
  });
}
