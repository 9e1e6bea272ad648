import type { Command } from "commander";
import type { Cluster } from "../cluster/cluster";
import { findInstallation, type InstallationName, listInstallations } from "../cluster/installation";
import { chooserQueries } from "../console/chooser";
import { exportOf } from "../console/export";
import { type Choice, Installations, type ShownInstallation } from "../console/installations";
import { live } from "../console/live";
import { openBrowser } from "../console/openBrowser";
import { type Earlier, NOTHING_EARLIER, prometheusUrl, readEarlier } from "../console/prometheus";
import type { Routes } from "../console/routes";
import { serveConsole } from "../console/server";
import { readSite, type Site } from "../console/site";
import { messageOf, UsageError, UserError } from "../errors";
import { untilInterrupted } from "../interrupt";
import type { ClusterAccess, ConnectedCluster, TargetOptions } from "./clusterAccess";
import { consoleDrills } from "./consoleDrills";
import { addServerOptions, type ServerOptions } from "./serverOptions";

interface ConsoleOptions extends TargetOptions, ServerOptions {
  readonly allowChanges?: boolean;
  readonly allowProtected?: boolean;
  readonly prometheus?: URL;
}

/** Adds `ha-celery console`. */
export function consoleCommand(program: Command, access: ClusterAccess): void {
  const command = program
    .command("console")
    .description("show nodes, brokers, queues, workers, and what changed, in the browser");
  addServerOptions(access.addOptions(command))
    .option(
      "--prometheus <url>",
      "begin with the last hour of queues and rates from this Prometheus",
      prometheusUrl,
    )
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
  const { cluster } = await access.connect(options);
  const first = { context: cluster.context, ...(await firstInstallation(cluster, options)) };
  const connect = connections(access, options);
  const chooser = chooserQueries({
    list: () => access.contexts(options),
    cluster: async (context) => (await connect(context)).cluster,
  });
  const shown = new Installations(first, (choice) =>
    showInstallation(choice, {
      ...{ site, chooser, connect: () => connect(choice.context), options },
      // It knows one cluster.
      prometheus: choice.context === first.context ? options.prometheus : undefined,
    }),
  );
  const running = await serveConsole((parameters) => shown.routesFor(parameters), site, {
    port: options.port,
  });
  console.log(
    `Console of ${first.namespace}/${first.name} in the cluster of context ${first.context}, ${options.allowChanges ? "with changes" : "read-only"}:\n\n  ${running.url}\n\nThe page also shows other installations and contexts. Press Ctrl-C to stop.`,
  );
  if (options.open) openBrowser(running.url);
  await untilInterrupted("Stopping; a drill that runs is undone first");
  await shown.close();
  await running.close();
}

/** The first one that matches, because the page can show the others. */
async function firstInstallation(cluster: Cluster, options: ConsoleOptions): Promise<InstallationName> {
  const [first] = await listInstallations(cluster, options);
  // Fails, and says which there are.
  return first ?? findInstallation(cluster, options);
}

/** Connects to the cluster of each context once. A failure is not kept. */
function connections(
  access: ClusterAccess,
  options: ConsoleOptions,
): (context: string) => Promise<ConnectedCluster> {
  const known = new Map<string, Promise<ConnectedCluster>>();
  const connect = async (context: string) => {
    const connected = await access.connect({ ...options, context });
    if (connected.cluster.context === context) return connected;
    throw new UsageError(`This console cannot connect to a context "${context}".`);
  };
  return (context) => {
    const connecting = known.get(context) ?? connect(context);
    known.set(context, connecting);
    // Kept as a message, because only an installation that is missing is the user's mistake.
    return connecting.catch((error: unknown) => {
      known.delete(context);
      throw new UserError(messageOf(error));
    });
  };
}

interface Serving {
  readonly site: Site;
  readonly chooser: NonNullable<Routes["queries"]>;
  readonly connect: () => Promise<ConnectedCluster>;
  readonly options: ConsoleOptions;
  readonly prometheus: URL | undefined;
}

function showInstallation(
  choice: Choice,
  { site, chooser, connect, options, prometheus }: Serving,
): ShownInstallation {
  const { context, namespace, name } = choice;
  const print = (line: string) =>
    console.log(`${new Date().toLocaleTimeString("en-GB")}  ${context} ${namespace}/${name}: ${line}`);
  const missing = (error: unknown): Earlier => {
    print(`no history from Prometheus: ${messageOf(error)}. The page shows what it has seen itself.`);
    return NOTHING_EARLIER;
  };
  const drills = consoleDrills({ connect, choice, print });
  const { source, ...shown } = live(async () => (await connect()).cluster, choice, {
    allowProtected: options.allowProtected ?? false,
    earlier: prometheus && ((status) => readEarlier(prometheus, status).catch(missing)),
  });
  const known = () => ({ past: source.known, drills: drills.runner.ended.known, tasks: shown.tasks() });
  return {
    routes: {
      source,
      feeds: drills.feeds,
      queries: { ...chooser, ...shown.queries, ...drills.queries },
      documents: { export: async () => exportOf(site, known()) },
      writes: options.allowChanges ? { ...shown.writes, ...drills.writes } : undefined,
      print,
    },
    isIdle: () => source.isIdle && drills.runner.running.known === null,
    close: () => drills.runner.stop(),
  };
}
