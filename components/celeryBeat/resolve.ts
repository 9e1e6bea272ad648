import { type Identity, DEFAULT_QUEUES, USER, identity } from "../shared/celery/defaults";
import { defined } from "../shared/defined";
import type { Compute, Volume } from "../types";
import type { CeleryBeatArgs } from "./args";

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
