import { type Identity, DEFAULT_QUEUES, USER, identity } from "../shared/celery/defaults";
import { defined } from "../shared/defined";
import type { Compute } from "../types";
import type { CeleryJobArgs } from "./args";

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
