import type { Cluster } from "../cluster/cluster";
import { findInstallation } from "../cluster/installation";
import { readInto } from "../status/measured";
import { RateWindow, VIEW_SECONDS } from "../tasks/rates";
import { TaskWindow } from "../tasks/window";
import { UserError } from "../errors";
import { letterQueries, lettersOf, letterWrites } from "./deadLetters";
import type { Choice } from "./installations";
import { queueWrites } from "./queuePurge";
import { Reader } from "./reader";
import type { Query, Routes } from "./routes";
import { answerTo, exportTasks } from "./taskReading";
import type { ExportedTasks } from "./tasks";

/** What a console reads and changes in one installation. */
export interface Live extends Required<Pick<Routes, "queries" | "writes">> {
  readonly source: Reader;
  /** Undefined if no status has been read. */
  tasks(): ExportedTasks | undefined;
}

/** Connects when the first tab asks. */
export function live(
  connect: () => Promise<Cluster>,
  { context, namespace, name }: Choice,
  allowProtected: boolean,
): Live {
  const window = new TaskWindow();
  const rates = new RateWindow(VIEW_SECONDS, window);
  const find = async (cluster: Cluster) => findInstallation(cluster, { namespace, name });
  const source = new Reader(async () => {
    const cluster = await connect();
    // Pools may come and go, so each status begins with the installation.
    return readInto(rates, cluster, await find(cluster));
  });
  const letters = lettersOf(connect, { namespace, name });
  const options = { context, allowProtected };
  return {
    source,
    tasks: () => source.known.last && exportTasks(source.known.last.status, window),
    queries: { tasks: tasksQuery(source, window), ...letterQueries(letters) },
    writes: {
      ...letterWrites(letters, options),
      ...queueWrites(async () => find(await connect()), options),
    },
  };
}

const tasksQuery =
  (source: Pick<Reader, "known">, window: TaskWindow): Query =>
  async (parameters) => {
    const status = source.known.last?.status;
    if (!status) throw new UserError("The status has not been read yet.");
    const [task, queue] = ["task", "queue"].map((key) => parameters.get(key) ?? undefined);
    return answerTo({ seconds: Number(parameters.get("seconds")), task, queue }, status, window);
  };
