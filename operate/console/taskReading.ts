import type { InstallationStatus } from "../status/model";
import { byTask } from "../tasks/counts";
import { type RatePoint, ratesOf, reportOf } from "../tasks/report";
import { KEPT_MS, type TaskWindow } from "../tasks/window";
import { type ExportedTasks, TASK_TIMES, type TasksAnswer, type TasksQuestion } from "./tasks";

/** Answers from the metrics that were read for the status, so it costs no request to the cluster. */
export function answerTo(
  { seconds, task, queue }: TasksQuestion,
  status: InstallationStatus,
  window: TaskWindow,
): TasksAnswer {
  const hour = window.last(KEPT_MS / 1000);
  return {
    report: reportOf(status, window, seconds || undefined),
    ...(task !== undefined && { rates: ratesOf(hour, "task", task) }),
    ...(queue !== undefined && { rates: ratesOf(hour, "queue", queue) }),
  };
}

/** All answers that an exported page can need. */
export function exportTasks(status: InstallationStatus, window: TaskWindow): ExportedTasks {
  const hour = window.last(KEPT_MS / 1000);
  const ratesBy = (of: "task" | "queue", names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, ratesOf(hour, of, name).map(rounded)]));
  return {
    reports: Object.fromEntries(
      TASK_TIMES.map((seconds) => [seconds, reportOf(status, window, seconds || undefined)]),
    ),
    rates: {
      task: ratesBy(
        "task",
        byTask(window.sinceStart()).map(({ task }) => task),
      ),
      queue: ratesBy(
        "queue",
        (status.queues ?? []).map(({ name }) => name),
      ),
    },
  };
}

/** More digits would only fill the file. */
const rounded = ({ at, done, failed }: RatePoint): RatePoint => ({
  at,
  done: Number(done.toFixed(3)),
  failed: Number(failed.toFixed(3)),
});
