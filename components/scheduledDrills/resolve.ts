import { type Labels, labelsOf } from "../shared/labels";
import { computeOf } from "../shared/compute";
import { omitUndefined } from "../shared/omitUndefined";
import type { Compute } from "../types";
import type { ScheduledDrillsArgs } from "./args";

/** Arguments with all defaults. */
export interface ResolvedDrills extends ScheduledDrillsArgs {
  labels: Labels;
  /** Labels of the pods. A drill that drains a node evicts the pods of the installation, but not the one that runs it. */
  podLabels: Labels;
  timeZone: string;
  blackouts: string[];
  allowProtected: boolean;
  options: string[];
  suspend: boolean;
  deadlineMinutes: number;
  compute: Compute;
}

export function resolveDrills(name: string, args: ScheduledDrillsArgs): ResolvedDrills {
  const labels = labelsOf("scheduled-drills", name, "drills");
  return {
    timeZone: "Etc/UTC",
    blackouts: [],
    allowProtected: false,
    options: [],
    suspend: false,
    deadlineMinutes: 60,
    ...omitUndefined(args),
    compute: computeOf({ cpu: "50m", memory: "256Mi" }, args.compute),
    labels,
    podLabels: { ...labels, "app.kubernetes.io/part-of": "ha-celery-drill" },
  };
}
