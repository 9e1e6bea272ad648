import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Argument, Command } from "commander";
import { deleteCluster } from "../../local/cluster";
import { CLUSTER as LOCAL_CLUSTER } from "../cluster/machine";
import { SHARED, SHARED_VARIABLE } from "../cluster/sharedCluster";
import { PACKED_VARIABLE } from "../consumer/packedLibrary";
import { removeLeftOver } from "./leftOver";
import { Runner } from "./runner";
import { CELERY, CHECKS, CLUSTER, CONSUMER, drill, LOCAL, SHARED_CLUSTER, type Suite } from "./suites";
import { table } from "./table";

/** Groups of suites that run one after the other. */
interface Groups {
  readonly checks?: readonly Suite[];
  readonly suites: readonly Suite[];
  /** Each of them runs without any other. */
  readonly alone?: readonly Suite[];
}

const runner = new Runner();

const A_CHECK_FAILED = "a check failed";

/** Runs the checks. The other suites take minutes, so they run only if all checks have passed. */
async function checksBefore(suites: readonly Suite[]): Promise<void> {
  if (await runner.run(CHECKS)) await runner.run(suites);
  else notRun(suites, A_CHECK_FAILED);
}

/** Runs checks, if there are any, then suites at the same time, and then suites alone. The shared cluster is created
 * beside all of that, and exists until the last suite that needs it has ended. */
async function onSharedCluster({ checks = [], suites, alone = [] }: Groups): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "ha-celery-tests-"));
  const env = { [PACKED_VARIABLE]: folder };
  const creating = runner.run([SHARED_CLUSTER]);
  try {
    if (!(await runner.run(checks))) {
      runner.cancel(SHARED_CLUSTER, A_CHECK_FAILED);
      await creating;
      return notRun([...suites, ...alone], A_CHECK_FAILED);
    }
    await Promise.all([
      runner.run(
        suites.filter(({ onCluster }) => !onCluster),
        env,
      ),
      creating.then(async (created) => {
        const waiting = suites.filter(({ onCluster }) => onCluster);
        if (created) await runner.run(waiting, { ...env, [SHARED_VARIABLE]: SHARED });
        else notRun(waiting, "the cluster could not be created");
        await deleteCluster(SHARED, () => undefined);
      }),
    ]);
    for (const suite of alone) await runner.run([suite]);
  } finally {
    rmSync(folder, { recursive: true });
    await removeLeftOver([SHARED, LOCAL_CLUSTER]);
  }
}

function notRun(suites: readonly Suite[], reason: string): void {
  for (const suite of suites) runner.notRun(suite, reason);
}

const GROUPS: Record<string, (cluster: string) => Promise<void>> = {
  all: () => onSharedCluster({ checks: CHECKS, suites: [CELERY, ...CLUSTER, ...CONSUMER], alone: [LOCAL] }),
  fast: (cluster) => checksBefore([drill(cluster)]),
  cluster: () => onSharedCluster({ suites: CLUSTER, alone: [LOCAL] }),
  consumer: () => onSharedCluster({ suites: CONSUMER }),
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
