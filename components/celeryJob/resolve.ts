import { DEFAULT_QUEUES, DEFAULT_RUN, TASKS, USER } from "../shared/celery/contract";
import { type Identity, identityOf } from "../shared/labels";
import { computeOf } from "../shared/compute";
import { omitUndefined } from "../shared/omitUndefined";
import type { Compute } from "../types";
import type { CeleryJobArgs } from "./args";

/** Arguments of a Job with all defaults. */
export interface ResolvedJob extends CeleryJobArgs, Identity {
  tasks: number;
  run: string;
  command: string[];
  queues: string[];
  backoffLimit: number;
  compute: Compute;
  runAsUser: number;
  completionTimeout: string;
}

export function resolveJob(name: string, args: CeleryJobArgs): ResolvedJob {
  return {
    tasks: TASKS.fallback,
    run: DEFAULT_RUN,
    command: ["python", "-m", "counter.scheduler"],
    queues: DEFAULT_QUEUES,
    backoffLimit: 10,
    runAsUser: USER,
    completionTimeout: "30m",
    ...omitUndefined(args),
    compute: computeOf({ cpu: "100m", memory: "256Mi" }, args.compute),
    ...identityOf("celery-job", name, "job"),
  };
}
