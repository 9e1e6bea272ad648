import { Argument, Command } from "commander";
import { deleteCluster } from "../../local/cluster";
import { ensureBaseImages } from "../../local/images";
import { ensureDocker, ensurePulumi, stopDockerIfOurs } from "../../local/toolchain";
import { CLUSTER as LOCAL } from "../cluster/machine";
import { newSharedCluster, SHARED, SHARED_VARIABLE } from "../cluster/sharedCluster";
import { Runner } from "./runner";
import { CELERY, CHECKS, CLUSTER, CONSUMER, drill, type Suite } from "./suites";
import { table } from "./table";

const runner = new Runner();

/** Runs the checks. The other suites take minutes, so they run only if all checks have passed. */
async function checksBefore(suites: readonly Suite[], run: (suites: readonly Suite[]) => Promise<void>) {
  await runner.run(CHECKS);
  if (runner.failed) notRun(suites, "a check failed");
  else await run(suites);
}

/** Runs suites that share a cluster, which exists from the first to the last of them. */
async function onSharedCluster(suites: readonly Suite[]): Promise<void> {
  await runner.step("cluster", async (report) => {
    await ensureDocker(report);
    await ensurePulumi(report);
    await ensureBaseImages(report);
    await newSharedCluster(report);
  });
  try {
    if (runner.failed) notRun(suites, "the cluster could not be created");
    else await runner.run(suites, { [SHARED_VARIABLE]: SHARED });
  } finally {
    // The suite `local` deletes its cluster itself, unless it was killed.
    for (const name of [SHARED, LOCAL]) await deleteCluster(name, () => undefined);
    await stopDockerIfOurs(() => undefined);
  }
}

function notRun(suites: readonly Suite[], reason: string): void {
  for (const suite of suites) runner.notRun(suite, reason);
}

const GROUPS: Record<string, (cluster: string) => Promise<void>> = {
  all: () => checksBefore([CELERY, ...CLUSTER, ...CONSUMER], onSharedCluster),
  fast: (cluster) => checksBefore([drill(cluster)], (suites) => runner.run(suites)),
  cluster: () => onSharedCluster(CLUSTER),
  consumer: () => onSharedCluster(CONSUMER),
};

async function main(group: string, { cluster }: { cluster: string }): Promise<void> {
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => {
      console.error(`${signal}: ending the suites that are running`);
      runner.stop(signal);
    });
  const startedAt = Date.now();
  await GROUPS[group]?.(cluster);
  console.log(`\n${table(runner.ended, (Date.now() - startedAt) / 1000)}`);
  process.exitCode = runner.failed ? 1 : 0;
}

new Command("tests")
  .description("run groups of test suites, and print the time of each")
  .addArgument(new Argument("<group>").choices(Object.keys(GROUPS)))
  .option("--cluster <name>", "cluster of the scene in the group `fast`", "local")
  .action(main)
  .parseAsync()
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
