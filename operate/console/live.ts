import type { Cluster } from "../cluster/cluster";
import { findInstallation } from "../cluster/installation";
import { readInto } from "../status/measured";
import { RateWindow, VIEW_SECONDS } from "../tasks/rates";
import { ratesOf, reportOf } from "../tasks/report";
import { KEPT_MS, TaskWindow } from "../tasks/window";
import { UserError } from "../errors";
import { letterQueries, lettersOf, letterWrites } from "./deadLetters";
import type { Choice } from "./installations";
import { Reader } from "./reader";
import type { Query, Routes } from "./routes";
import type { TasksAnswer } from "./tasks";

/** Those that have statuses. */
export type LiveRoutes = Routes & { readonly source: Reader };

/** What a console serves of one installation. Connects when the first tab asks. Without `changes`, it only reads. */
export function liveRoutes(
  connect: () => Promise<Cluster>,
  { context, namespace, name }: Choice,
  changes?: { readonly allowProtected: boolean },
): LiveRoutes {
  const window = new TaskWindow();
  const rates = new RateWindow(VIEW_SECONDS, window);
  const source = new Reader(async () => {
    const cluster = await connect();
    // Pools may come and go, so each status begins with the installation.
    return readInto(rates, cluster, await findInstallation(cluster, { namespace, name }));
  });
  const letters = lettersOf(connect, { namespace, name });
  return {
    source,
    queries: { tasks: tasksQuery(source, window), ...letterQueries(letters) },
    writes: changes && letterWrites(letters, { context, ...changes }),
  };
}

/** Costs no request to the cluster: the metrics were read for the status. */
const tasksQuery =
  (source: Pick<Reader, "known">, window: TaskWindow): Query =>
  async (parameters): Promise<TasksAnswer> => {
    const status = source.known.last?.status;
    if (!status) throw new UserError("The status has not been read yet.");
    const seconds = Number(parameters.get("seconds"));
    const hour = window.last(KEPT_MS / 1000);
    const [task, queue] = [parameters.get("task"), parameters.get("queue")];
    return {
      report: reportOf(status, window, seconds > 0 ? seconds : undefined),
      ...(task !== null && { rates: ratesOf(hour, "task", task) }),
      ...(queue !== null && { rates: ratesOf(hour, "queue", queue) }),
    };
  };
