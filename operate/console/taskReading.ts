import type { InstallationStatus } from "../status/model";
import { byTask } from "../tasks/counts";
import { type RatePoint, ratesOf, reportOf } from "../tasks/report";
import { KEPT_MS, type TaskWindow } from "../tasks/window";
import { type Earlier, earlierRates, NOTHING_EARLIER } from "./prometheus";
import { type ExportedTasks, TASK_TIMES, type TasksAnswer, type TasksQuestion } from "./tasks";

/** What is known about tasks: the counters of the workers, and the rates before the console read them. */
export interface Counted {
  readonly window: TaskWindow;
  readonly earlier?: Earlier;
}

function hourOf(
  { window, earlier = NOTHING_EARLIER }: Counted,
  of: "task" | "queue",
  name: string,
): RatePoint[] {
  const spans = window.last(KEPT_MS / 1000);
  return [...earlierRates(earlier, of, name, spans[0]?.from ?? Infinity), ...ratesOf(spans, of, name)];
}

/** Answers from the metrics that were read for the status, so it costs no request to the cluster. */
export function answerTo(
  { seconds, task, queue }: TasksQuestion,
  status: InstallationStatus,
  counted: Counted,
): TasksAnswer {
  return {
    report: reportOf(status, counted.window, seconds || undefined),
    ...(task !== undefined && { rates: hourOf(counted, "task", task) }),
    ...(queue !== undefined && { rates: hourOf(counted, "queue", queue) }),
  };
}

/** All answers that an exported page can need. */
export function exportTasks(status: InstallationStatus, counted: Counted): ExportedTasks {
  const { window } = counted;
  const ratesBy = (of: "task" | "queue", names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, hourOf(counted, of, name).map(rounded)]));
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
