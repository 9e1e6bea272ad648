import type { TaskReport } from "../tasks/model";
import type { RatePoint } from "../tasks/report";

/** What the page gets about tasks. */
export interface TasksAnswer {
  /** The same as `ha-celery tasks --json` prints. */
  readonly report: TaskReport;
  /** Of the chosen task or queue over the last hour. */
  readonly rates?: readonly RatePoint[];
}
