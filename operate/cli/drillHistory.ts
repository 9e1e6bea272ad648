import type { Command } from "commander";
import { findInstallation } from "../cluster/installation";
import { colorsFor } from "../colors";
import { formatHistory } from "../drill/record/format";
import { readHistory } from "../drill/record/history";
import type { ClusterAccess, TargetOptions } from "./clusterAccess";

interface HistoryOptions extends TargetOptions {
  readonly json?: boolean;
}

/** Adds `ha-celery drill history`. */
export function historyCommand(drill: Command, access: ClusterAccess): void {
  const command = drill
    .command("history")
    .description("list the recorded drills, scheduled ones and those with --record, the oldest first");
  access
    .addOptions(command)
    .option("--json", "print one JSON array instead of text")
    .action((options: HistoryOptions) => history(options, access));
}

async function history(options: HistoryOptions, access: ClusterAccess): Promise<void> {
  const { cluster } = await access.connect(options);
  const records = await readHistory(cluster, await findInstallation(cluster, options));
  console.log(options.json ? JSON.stringify(records) : formatHistory(records, colorsFor(process.stdout)));
}
