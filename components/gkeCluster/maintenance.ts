import type * as gcp from "@pulumi/gcp";
import type { MaintenanceWindow } from "./args";
import { Weekday } from "./choices";

type RecurringWindow = gcp.types.input.container.ClusterMaintenancePolicyRecurringWindow;

export const DEFAULT_HOURS = 4;
const WEEK = Object.values(Weekday);

/** The first window lies in the past; those that follow from it count. */
const FIRST_DAY = "2025-01-01";

/** GKE's own way to say it. Any other spelling of UTC than Z would differ in every update. */
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
