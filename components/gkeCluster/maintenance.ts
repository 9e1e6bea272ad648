import type * as gcp from "@pulumi/gcp";
import type { MaintenanceExclusion, MaintenanceWindow } from "./args";
import { ExclusionScope, Weekday } from "./choices";

type Policy = gcp.types.input.container.ClusterMaintenancePolicy;
type RecurringWindow = gcp.types.input.container.ClusterMaintenancePolicyRecurringWindow;
type Exclusion = gcp.types.input.container.ClusterMaintenancePolicyMaintenanceExclusion;

export const DEFAULT_HOURS = 4;
const WEEK = Object.values(Weekday);

/** Day of the first window. It is in the past; only its recurrences matter. */
const FIRST_DAY = "2025-01-01";

export function maintenancePolicy(window: MaintenanceWindow): Policy {
  const { exclusions = [] } = window;
  return {
    recurringWindow: recurringWindow(window),
    ...(exclusions.length > 0 && { maintenanceExclusions: exclusions.map(exclusion) }),
  };
}

function exclusion({ name, start, end, scope = ExclusionScope.All }: MaintenanceExclusion): Exclusion {
  return { exclusionName: name, startTime: start, endTime: end, exclusionOptions: { scope } };
}

/** Format that GKE reports. UTC must be written as Z, because any other form would show a difference in every
 * update. */
export function recurringWindow(window: MaintenanceWindow): RecurringWindow {
  const start = new Date(`${FIRST_DAY}T${window.start}:00Z`);
  const end = new Date(start.getTime() + (window.hours ?? DEFAULT_HOURS) * 3_600_000);
  return { startTime: utc(start), endTime: utc(end), recurrence: recurrence(window.days ?? WEEK) };
}

function utc(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, "Z");
}

function recurrence(days: Weekday[]): string {
  const chosen = WEEK.filter((day) => days.includes(day));
  return chosen.length === WEEK.length ? "FREQ=DAILY" : `FREQ=WEEKLY;BYDAY=${chosen.join(",")}`;
}
