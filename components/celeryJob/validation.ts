import { CELERY, command, environmentRule, queues } from "../shared/celery/checks";
import { RESERVED } from "../shared/celery/environment";
import {
  type Check,
  type Validation,
  check,
  compute,
  duration,
  fields,
  namespace,
  quote,
  unchecked,
  wholeNumber,
} from "../shared/checks";
import { JOB_VARIABLES, RUN_NAME, TASKS } from "../shared/celery/contract";
import type { TransformedJob } from "../transform/args";
import { aFunction } from "../transform/transformed";
import type { CeleryJobArgs, JobOptions } from "./args";

const runName: Check<string> = check(
  (name) => RUN_NAME.test(name),
  (what, name) =>
    `${what} is ${quote(name)}, but task IDs start with it. Use up to 64 letters, digits, "." and "-", starting with a letter or a digit.`,
);

export const JOB_ENVIRONMENT = environmentRule({
  ...RESERVED,
  [JOB_VARIABLES.tasks]: "Use tasks",
  [JOB_VARIABLES.run]: "Use run",
});

export const JOB: Validation<JobOptions> = {
  checks: {
    tasks: wholeNumber({
      why: "the Job publishes at least one task and keeps all task IDs in memory",
      ...TASKS,
    }),
    run: runName,
    queues,
    backoffLimit: wholeNumber({ why: "it is a number of pods", least: 0 }),
    compute,
    command,
    completionTimeout: duration,
    transform: fields<TransformedJob>({ job: aFunction }),
    ...CELERY,
  },
  rules: [JOB_ENVIRONMENT],
};

export const CELERY_JOB: Validation<CeleryJobArgs> = {
  checks: { ...JOB.checks, namespace, image: unchecked, broker: unchecked, ledger: unchecked },
  rules: JOB.rules,
};
