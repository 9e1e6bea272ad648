import { BEAT } from "../celeryBeat/validation";
import { CLIENT } from "../celeryClient/validation";
import { JOB } from "../celeryJob/validation";
import { WORKERS } from "../celeryWorkers/validation";
import { BROKER } from "../rabbitMqCluster/validation";
import { app, loaderProblems } from "../shared/celery/checks";
import {
  type Check,
  type Rule,
  type Validation,
  MAX_NAME,
  all,
  check,
  each,
  namespace,
  namespaceName,
  quote,
  resourceName,
  unchecked,
  validatedBy,
} from "../shared/checks";
import { MONITORING_OPTIONS } from "../monitoring/validation";
import { DRILLS } from "../scheduledDrills/validation";
import { DESTRUCTIVE } from "../scheduledDrills/scenes";
import { LEDGER } from "../taskLedger/validation";
import type { HaCeleryArgs, WorkerPoolOptions } from "./args";
import { longestHold, poolsOf } from "./pools";

/** Length of the longest suffix of the parts' names, `-scheduler`. `Monitoring` accepts longer names. */
const LONGEST_SUFFIX = 10;

export const LONGEST_NAME = MAX_NAME - LONGEST_SUFFIX;

const notEmpty: Check<WorkerPoolOptions[]> = check(
  (pools) => pools.length > 0,
  (what) => `${what} is empty, so no worker would run the tasks. Omit it for one default pool.`,
);

const differentNames: Check<WorkerPoolOptions[]> = (what, pools) =>
  pools
    .filter((pool, index) => pools.findIndex((other) => other.name === pool.name) !== index)
    .map((pool) => `${what} has two pools named ${quote(pool.name)}. Give each its own name.`);

/** Whether the pods of a pool would have the instance label of another part's, by which alerts, scrapes, and commands
 * select pods. */
export const isPartName = (pool: string, hasBeat: boolean): boolean =>
  pool === "broker" || (pool === "beat" && hasBeat);

const ownPoolNames: Rule<HaCeleryArgs> = {
  needs: ["workers"],
  problems: (args) =>
    poolsOf(args).flatMap(({ name }, index) =>
      isPartName(name, args.beat !== undefined)
        ? [
            `workers[${index}].name is ${quote(name)}, but alerts, scrapes, and commands find the ${name} by that name. Choose another name.`,
          ]
        : [],
    ),
};

const oneNamespace: Rule<HaCeleryArgs> = {
  needs: [],
  problems: ({ namespaceName, existingNamespace }) =>
    namespaceName === undefined || existingNamespace === undefined
      ? []
      : [
          "namespaceName and existingNamespace are mutually exclusive: the former creates a namespace, the latter uses an existing one. Remove one.",
        ],
};

const consumerTimeoutExceedsHold: Rule<HaCeleryArgs> = {
  needs: [],
  problems: (args) => {
    const timeout = args.broker?.consumerTimeoutSeconds;
    if (timeout === undefined) return [];
    return poolsOf(args).flatMap((pool, index) =>
      timeout > longestHold(pool)
        ? []
        : [
            `workers[${index}].longestTaskSeconds times prefetch times the number of queues is ${longestHold(pool)}, but broker.consumerTimeoutSeconds is ${timeout}: the broker would redeliver tasks that are still running. Omit broker.consumerTimeoutSeconds, or raise it.`,
          ],
    );
  },
};

const oneLoader: Rule<HaCeleryArgs> = {
  needs: [],
  problems: (args) => {
    const parts = [
      ...poolsOf(args).map((options, index) => ({ at: `workers[${index}]`, options })),
      { at: "job", options: args.job ?? {} },
      { at: "beat", options: args.beat ?? {} },
    ];
    return parts
      .filter(({ options }) => options.inject === undefined)
      .flatMap(({ at, options }) =>
        loaderProblems({ ...options, inject: args.inject }).map((problem) => `${at}.${problem}`),
      );
  },
};

/** The command would refuse these scenes at each scheduled time. */
const drillsOfProtected: Rule<HaCeleryArgs> = {
  needs: ["scheduledDrills"],
  problems: ({ broker, scheduledDrills }) => {
    if (!scheduledDrills || scheduledDrills.allowProtected || broker?.deletionProtection === false) return [];
    return scheduledDrills.scenes
      .filter((scene) => DESTRUCTIVE.includes(scene))
      .map(
        (scene) =>
          `scheduledDrills.scenes has ${quote(scene)}, which could lose data if a second failure occurs, and the broker is protected (deletionProtection). Remove the scene, or set scheduledDrills.allowProtected.`,
      );
  },
};

/** `name` is the component's, to which the pools' names are appended. */
export const haCelery = (name: string): Validation<HaCeleryArgs> => ({
  checks: {
    namespaceName,
    existingNamespace: namespace,
    rabbitmqImage: unchecked,
    workerImage: unchecked,
    app,
    broker: validatedBy(BROKER),
    workers: all(notEmpty, each(poolOf(name)), differentNames),
    resultBackend: unchecked,
    client: validatedBy(CLIENT),
    inject: unchecked,
    job: validatedBy(JOB),
    beat: validatedBy(BEAT),
    monitoring: validatedBy(MONITORING_OPTIONS),
    scheduledDrills: validatedBy(DRILLS),
    ledger: validatedBy(LEDGER),
  },
  rules: [ownPoolNames, oneNamespace, consumerTimeoutExceedsHold, oneLoader, drillsOfProtected],
});

const poolOf = (name: string): Check<WorkerPoolOptions> =>
  validatedBy<WorkerPoolOptions>({
    checks: {
      name: resourceName(Math.max(MAX_NAME - name.length, LONGEST_SUFFIX) - 1),
      app,
      ...WORKERS.checks,
    },
    rules: WORKERS.rules,
  });
