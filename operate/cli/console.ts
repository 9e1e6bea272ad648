import type { Command } from "commander";
import { findInstallation } from "../cluster/installation";
import { exportOf } from "../console/export";
import { liveRoutes } from "../console/live";
import { openBrowser } from "../console/openBrowser";
import type { Routes } from "../console/routes";
import { serveConsole } from "../console/server";
import { readSite } from "../console/site";
import { UsageError } from "../errors";
import { untilInterrupted } from "../interrupt";
import type { ClusterAccess, TargetOptions } from "./clusterAccess";
import { consoleDrills } from "./consoleDrills";
import { addServerOptions, type ServerOptions } from "./serverOptions";

interface ConsoleOptions extends TargetOptions, ServerOptions {
  readonly allowChanges?: boolean;
  readonly allowProtected?: boolean;
}

/** Adds `ha-celery console`. */
export function consoleCommand(program: Command, access: ClusterAccess): void {
  const command = program
    .command("console")
    .description("show nodes, brokers, queues, workers, and what changed, in the browser");
  addServerOptions(access.addOptions(command))
    .option("--allow-changes", "let the page change the installation, each time with a typed consent")
    .option("--allow-protected", "also what deletes tasks in an installation with deletionProtection")
    .action((options: ConsoleOptions) => run(options, access));
}

async function run(options: ConsoleOptions, access: ClusterAccess): Promise<void> {
  if (options.allowProtected && !options.allowChanges)
    throw new UsageError(
      "--allow-protected requires --allow-changes, because the console only reads without it.",
    );
  const site = readSite();
  const connected = await access.connect(options);
  const { cluster } = connected;
  const { namespace, name } = await findInstallation(cluster, options);
  const changes = options.allowChanges ? { allowProtected: options.allowProtected ?? false } : undefined;
  const print = (line: string) => console.log(`${new Date().toLocaleTimeString("en-GB")}  ${line}`);
  const drills = consoleDrills({ connected, filter: { namespace, name }, print });
  const live = liveRoutes(cluster, { namespace, name }, changes);
  const routes: Routes = {
    ...live,
    feeds: drills.feeds,
    queries: { ...live.queries, ...drills.queries },
    documents: { export: async () => exportOf(site, live.source.known, drills.runner.ended.known) },
    writes: changes && { ...live.writes, ...drills.writes },
  };
  const running = await serveConsole(routes, site, {
    port: options.port,
    print,
  });
  console.log(
    `Console of ${namespace}/${name} in the cluster of context ${cluster.context}, ${options.allowChanges ? "with changes" : "read-only"}:\n\n  ${running.url}\n\nPress Ctrl-C to stop.`,
  );
  if (options.open) openBrowser(running.url);
  await untilInterrupted("Stopping; a drill that runs is undone first");
  await drills.runner.stop();
  await running.close();
}
