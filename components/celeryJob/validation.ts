import {
  commandProblems,
  environmentProblems,
  queueProblems,
  userProblems,
} from "../shared/celery/validation";
import { RESERVED } from "../shared/celery/environment";
import type { JobOptions } from "./args";
import { computeProblems, durationProblems, quote, wholeNumberProblems } from "../shared/validation";

export const JOB: Record<string, string> = { ...RESERVED, SCHEDULE_TASKS: "tasks", SCHEDULE_RUN: "run" };

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

export function runProblems(run = "run-1"): string[] {
  if (/^[A-Za-z0-9][A-Za-z0-9.-]{0,63}$/.test(run)) return [];
  return [
    `run is ${quote(run)}, but task ids begin with it. Use up to 64 letters, digits, "." and "-", no "." or "-" first.`,
  ];
}
