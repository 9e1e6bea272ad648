import type { Command } from "commander";
import { findInstallation } from "../cluster/installation";
import { UsageError } from "../errors";
import { abortOnInterrupt } from "../interrupt";
import { readDuring } from "../status/measured";
import { readWorkloads } from "../status/read";
import { formatTasks } from "../tasks/format";
import { reportOf } from "../tasks/report";
import { KEPT_MS, TaskWindow } from "../tasks/window";
import type { ClusterAccess, TargetOptions } from "./clusterAccess";
import { durationOption } from "./durationOption";
import { CLEAR, refresh } from "./status";

interface TasksOptions extends TargetOptions {
  readonly json?: boolean;
  readonly watch?: boolean;
  readonly over?: number;
}

const WATCHED_SECONDS = 300;

/** Adds `ha-celery tasks`. */
export function tasksCommand(program: Command, access: ClusterAccess): void {
  const command = program
    .command("tasks")
    .description(
      "show rates, durations, failures, and retries of tasks by name, from the metrics of workers",
    );
  access
    .addOptions(command)
    .option(
      "--over <duration>",
      "count for this long, such as 30s, instead of since each worker started; with --watch, the last 5min by default",
      durationOption,
    )
    .option("--watch", "refresh every 2 s until interrupted")
    .option("--json", "print one JSON object instead of text; with --watch, one on each line")
    .action((options: TasksOptions) => run(options, access));
}

async function run(options: TasksOptions, access: ClusterAccess): Promise<void> {
  if (options.over !== undefined && options.over * 1000 > KEPT_MS)
    throw new UsageError(`--over is limited to ${KEPT_MS / 60_000}min, because that is what is kept.`);
  const { cluster } = await access.connect(options);
  const { namespace, name } = await findInstallation(cluster, options);
  const window = new TaskWindow();
  const over = options.over ?? (options.watch ? WATCHED_SECONDS : undefined);
  const read = async () => {
    const { workloads, pages, at } = await readWorkloads(cluster, { namespace, name });
    window.add(at, pages);
    return reportOf({ context: cluster.context, namespace, name, workloads }, window, over);
  };
  const show = async () => {
    const report = await read();
    if (options.json) console.log(JSON.stringify(report, undefined, options.watch ? 0 : 2));
    else console.log(`${options.watch && process.stdout.isTTY ? CLEAR : ""}${formatTasks(report)}`);
  };
  if (options.watch) return refresh(abortOnInterrupt("Stopping"), show);
  await readDuring(over ?? 0, read);
  await show();
}
