import type { TaskReport } from "../tasks/model";
import type { RatePoint } from "../tasks/report";

/** Seconds that the page can count. 0: since each worker started. */
export const TASK_TIMES = [300, 900, 3600, 0] as const;

/** What to ask about tasks. */
export interface TasksQuestion {
  /** 0: since each worker started. */
  readonly seconds?: number;
  /** Asks for the rates of one. */
  readonly task?: string;
  readonly queue?: string;
}

/** What the page gets about tasks. */
export interface TasksAnswer {
  /** The same as `ha-celery tasks --json` prints. */
  readonly report: TaskReport;
  /** Of the chosen task or queue over the last hour. */
  readonly rates?: readonly RatePoint[];
}

type Rates = Readonly<Record<string, readonly RatePoint[]>>;

/** The answers in an exported page, which can ask nobody. */
export interface ExportedTasks {
  /** By the seconds that are counted. */
  readonly reports: Readonly<Record<number, TaskReport>>;
  readonly rates: { readonly task: Rates; readonly queue: Rates };
}

/** The answer that an exported page contains. */
export function exportedAnswer(
  { reports, rates }: ExportedTasks,
  { seconds = 0, task, queue }: TasksQuestion,
): TasksAnswer | undefined {
  const report = reports[seconds];
  if (!report) return undefined;
  if (task !== undefined) return { report, rates: rates.task[task] };
  if (queue !== undefined) return { report, rates: rates.queue[queue] };
  return { report };
}
