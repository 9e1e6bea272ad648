import type { Command } from "commander";
import type { Cluster } from "../cluster/cluster";
import { findInstallation } from "../cluster/installation";
import { apiMessageOf } from "../cluster/objects";
import { colorsFor } from "../colors";
import { abortOnInterrupt } from "../interrupt";
import { outputClosed } from "../output";
import { formatStatus } from "../status/format";
import { LatestPages } from "../status/latestPages";
import { measureStatus, readInto } from "../status/measured";
import type { InstallationStatus } from "../status/model";
import { RateWindow, VIEW_SECONDS } from "../tasks/rates";
import { wait } from "../waiting";
import type { ClusterAccess, TargetOptions } from "./clusterAccess";
import { OVER_OPTION } from "./commonOptions";

interface StatusOptions extends TargetOptions {
  readonly json?: boolean;
  readonly watch?: boolean;
  readonly over?: number;
}

const REFRESH_SECONDS = 2;
/** Moves to the first line, and erases everything below. */
export const CLEAR = "\x1b[H\x1b[J";

/** Adds `ha-celery status`. */
export function statusCommand(program: Command, access: ClusterAccess): void {
  const command = program
    .command("status")
    .description("list what is wrong, each with its fix, and show nodes, brokers, queues, and workers");
  access
    .addOptions(command)
    .option(...OVER_OPTION)
    .option("--watch", `refresh every ${REFRESH_SECONDS} s until interrupted`)
    .option("--json", "print one JSON object instead of text; with --watch, one on each line")
    .action((options: StatusOptions) => run(options, access));
}

async function run(options: StatusOptions, access: ClusterAccess): Promise<void> {
  const { cluster } = await access.connect(options);
  const installation = await findInstallation(cluster, options);
  if (options.watch) return watch(cluster, options);
  const status = await measureStatus(cluster, installation, options.over);
  show(status, options);
  if (status.problems.length > 0) process.exitCode = 1;
}

async function watch(cluster: Cluster, options: StatusOptions): Promise<void> {
  const window = new RateWindow(options.over ?? VIEW_SECONDS);
  const { read } = new LatestPages();
  await refresh(abortOnInterrupt("Stopping"), async () => {
    // Pools may come and go.
    show(await readInto(window, cluster, await findInstallation(cluster, options), read), options);
  });
}

/** Calls `update` again and again until the signal aborts, or nobody reads the output anymore. Prints its errors,
 * because a fault that is watched may also stop the API server from answering. */
export async function refresh(
  stop: AbortSignal,
  update: () => Promise<void>,
  seconds = REFRESH_SECONDS,
): Promise<void> {
  const signal = AbortSignal.any([stop, outputClosed]);
  while (!signal.aborted) {
    await update().catch((error: unknown) => {
      console.error(`The status cannot be read: ${apiMessageOf(error)}`);
    });
    await wait(seconds, signal).catch(() => undefined);
  }
}

function show(status: InstallationStatus, options: StatusOptions): void {
  if (options.json) console.log(JSON.stringify(status, undefined, options.watch ? 0 : 2));
  else {
    const clear = options.watch && process.stdout.isTTY ? CLEAR : "";
    console.log(`${clear}${formatStatus(status, colorsFor(process.stdout))}`);
  }
}
