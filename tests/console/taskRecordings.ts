import type { Query } from "../../operate/console/routes";
import { answerTo, exportTasks } from "../../operate/console/taskReading";
import { TaskWindow } from "../../operate/tasks/window";
import { type Worked, workerPage } from "../unit/operate/tasks/worker";
import { change, changed, HEALTHY, type Installation, statusOf } from "./installations";
import { NOW } from "./recordings";

const { workloads } = HEALTHY.observed;

/** The pods of a pool, as they report themselves. */
const processes = (pods: readonly string[], slots: number, busy: readonly number[], answers = true) =>
  pods.map((pod, index) => ({
    ...{ pod, runningSeconds: 86_400, answers, consuming: answers },
    ...(answers && { slots, busy: busy[index] ?? 0, prefetched: 2 * slots - (busy[index] ?? 0) }),
  }));

const MAIL = ["mail-6d5f8c7b9-2xkqp", "mail-6d5f8c7b9-9vtrd", "mail-6d5f8c7b9-h7wzl"];
const ORDERS = [
  "orders-5c9d7b684-8jw2l",
  "orders-5c9d7b684-k4zmt",
  "orders-5c9d7b684-c6hfx",
  "orders-5c9d7b684-pn5gq",
];

/** All workers serve metrics. */
export const MEASURED: Installation = change(HEALTHY, {
  workloads: changed(changed(workloads, "mail", { processes: processes(MAIL, 8, [8, 8, 8]) }), "orders", {
    processes: processes(ORDERS, 8, [5, 8, 3, 6]),
  }),
});

/** No worker answers, as without the right to forward ports. */
export const UNREADABLE: Installation = change(HEALTHY, {
  workloads: changed(changed(workloads, "mail", { processes: processes(MAIL, 8, [], false) }), "orders", {
    processes: processes(ORDERS, 8, [], false),
  }),
});

/** Durations around a value. */
const around = (seconds: number, count: number): number[] =>
  Array.from(
    { length: count },
    (_, index) => seconds * (0.6 + 1.3 * ((index * 7919) % 100) ** 3 * 1e-6 + (index % 5) / 9),
  );

/** What each worker has counted some seconds after the begin of an hour. */
function worked(seconds: number): Worked[] {
  const of = (
    task: string,
    queue: string,
    perSecond: number,
    run: number,
    wait: number,
    failing = 0,
  ): Worked => {
    const count = Math.round(seconds * perSecond);
    const failed = Math.round(count * failing);
    // A tenth, because each one is counted bucket by bucket.
    const shown = Math.ceil(count / 10);
    return {
      ...{ task, queue, failed, succeeded: count - failed, retried: Math.round(failed / 2) },
      ...{ rejected: Math.round(failed / 9), runtimes: around(run, shown), waits: around(wait, shown) },
    };
  };
  // Mail fails more often in the last ten minutes.
  const late = Math.max(0, seconds - 3000);
  return [
    of(
      "shop.orders.accept",
      "orders",
      1.9 + (60 * (1 - Math.cos(seconds / 400))) / Math.max(1, seconds),
      0.04,
      0.012,
    ),
    of("shop.orders.invoice", "orders", 0.55, 1.4, 0.05),
    of("shop.mail.send", "mail", 0.8, 0.32, 2.1, 0.004 + (0.1 * late) / 3600),
    of("shop.reports.daily", "reports", 0.004, 210, 4),
    of("shop.stock.reserve", "orders", 0.9, 0.007, 0.02),
  ];
}

const WINDOW = recordedWindow();

function recordedWindow(): TaskWindow {
  const window = new TaskWindow();
  for (let seconds = 0; seconds <= 3600; seconds += 20)
    window.add(NOW - 3_600_000 + 1000 * seconds, new Map([["a", workerPage(1, ...worked(seconds))]]));
  return window;
}

/** Answers about tasks from a recorded hour, or from workers that have counted nothing. */
export const tasksQuery =
  (installation: Installation, window = WINDOW): Query =>
  async (parameters) => {
    const [task, queue] = ["task", "queue"].map((key) => parameters.get(key) ?? undefined);
    const seconds = Number(parameters.get("seconds"));
    return answerTo({ seconds, task, queue }, statusOf(installation), { window });
  };

/** The same for an exported page. */
export const exportedTasks = (installation: Installation) =>
  exportTasks(statusOf(installation), { window: WINDOW });
