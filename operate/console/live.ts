import type { Cluster } from "../cluster/cluster";
import { findInstallation } from "../cluster/installation";
import type { InstallationStatus } from "../status/model";
import { LatestPages } from "../status/latestPages";
import { readInto } from "../status/measured";
import { RateWindow, VIEW_SECONDS } from "../tasks/rates";
import { TaskWindow } from "../tasks/window";
import { UserError } from "../errors";
import { letterQueries, lettersOf, letterWrites } from "./deadLetters";
import type { Choice } from "./installations";
import { type Earlier, NOTHING_EARLIER } from "./prometheus";
import { queueWrites } from "./queuePurge";
import { Reader } from "./reader";
import type { Query, Routes } from "./routes";
import { answerTo, type Counted, exportTasks } from "./taskReading";
import type { ExportedTasks } from "./tasks";

/** What a console reads and changes in one installation. */
export interface Live extends Required<Pick<Routes, "queries" | "writes">> {
  readonly source: Reader;
  /** Undefined if no status has been read. */
  tasks(): ExportedTasks | undefined;
}

export interface LiveOptions {
  readonly allowProtected: boolean;
  /** Reads what another source knows of the hour before the first status. */
  readonly earlier?: (status: InstallationStatus) => Promise<Earlier>;
}

/** Connects when the first tab asks. */
export function live(
  connect: () => Promise<Cluster>,
  { context, namespace, name }: Choice,
  { allowProtected, earlier: readBefore }: LiveOptions,
): Live {
  const window = new TaskWindow();
  const rates = new RateWindow(VIEW_SECONDS, window);
  const { read } = new LatestPages();
  let earlier = NOTHING_EARLIER;
  let before: Promise<void> | undefined;
  const find = async (cluster: Cluster) => findInstallation(cluster, { namespace, name });
  const source: Reader = new Reader(async () => {
    const cluster = await connect();
    // Pools may come and go, so each status begins with the installation.
    const status = await readInto(rates, cluster, await find(cluster), read);
    // Not waited for: the page shows the present first.
    before ??= readBefore?.(status).then((found) => {
      earlier = found;
      source.tell({ at: Date.now(), earlier: found.samples });
    });
    return status;
  });
  const letters = lettersOf(connect, { namespace, name });
  const options = { context, allowProtected };
  return {
    source,
    tasks: () => source.known.last && exportTasks(source.known.last.status, { window, earlier }),
    queries: { tasks: tasksQuery(source, () => ({ window, earlier })), ...letterQueries(letters) },
    writes: {
      ...letterWrites(letters, options),
      ...queueWrites(async () => find(await connect()), options),
    },
  };
}

const tasksQuery =
  (source: Pick<Reader, "known">, counted: () => Counted): Query =>
  async (parameters) => {
    const status = source.known.last?.status;
    if (!status) throw new UserError("The status has not been read yet.");
    const [task, queue] = ["task", "queue"].map((key) => parameters.get(key) ?? undefined);
    return answerTo({ seconds: Number(parameters.get("seconds")), task, queue }, status, counted());
  };
