import { DEFAULT_QUEUES, USER } from "../shared/celery/contract";
import { type MeasuredPod, servedMetrics } from "../shared/celery/metrics";
import { identityOf } from "../shared/labels";
import { computeOf } from "../shared/compute";
import { omitUndefined } from "../shared/omitUndefined";
import type { Compute, Volume } from "../types";
import type { CeleryBeatArgs } from "./args";

/** Arguments of a beat with all defaults. */
export interface ResolvedBeat extends CeleryBeatArgs, MeasuredPod {
  queues: string[];
  storage: Volume;
  compute: Compute;
  runAsUser: number;
  readyTimeout: string;
}

export function resolveBeat(name: string, args: CeleryBeatArgs): ResolvedBeat {
  return {
    queues: DEFAULT_QUEUES,
    runAsUser: USER,
    readyTimeout: "10m",
    ...omitUndefined(args),
    storage: { size: "1Gi", ...omitUndefined(args.storage) },
    compute: computeOf({ cpu: "50m", memory: "256Mi" }, args.compute),
    served: servedMetrics(args),
    ...identityOf("celery-beat", name, "beat"),
  };
}
