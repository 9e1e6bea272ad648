import { existsSync, readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { Listr } from "listr2";
import { deleteCluster, findCluster, kubeconfigPath, rejectForeignCluster } from "./cluster";
import { removeImages } from "./images";
import { uninterrupted } from "./interrupt";
import { withClusterLock } from "./lock";
import { cacheDir, stateDir } from "./paths";
import type { Report } from "./report";
import { OperationLog, openStack } from "./stack";
import { deployedStacks, readWorkspaceConfig } from "./stackFile";
import { reportTo, TIMED } from "./steps";
import { ensurePulumi, startDocker, stopDockerIfOurs } from "./toolchain";

/** Options of the `down` command. */
export interface DownOptions {
  readonly cluster: string;
  /** Also deletes a cluster that another checkout created. */
  readonly force?: boolean;
}

/** Destroys the stacks, then deletes the cluster if `make up` created it. Keeps the cache. */
export async function down({ cluster, force = false }: DownOptions): Promise<void> {
  if (!force) await rejectForeignCluster(cluster);
  const stacks = deployedStacks(cluster);
  const external = stacks.filter((stack) => !runsOnLocalCluster(cluster, stack));
  const local = stacks.filter((stack) => !external.includes(stack));
  await new Listr(
    [
      {
        title: "pulumi destroy",
        task: async (_, step) => {
          const report = reportTo(step);
          if (stacks.length === 0) return step.skip("nothing is deployed");
          for (const stack of external) await destroy(cluster, stack, report);
          if (local.length === 0) return;
          if (!(await startDocker(report)) || !(await findCluster(cluster)))
            return step.skip("the cluster is not running; its contents are deleted with it");
          // The next step deletes the cluster, and with it whatever Pulumi fails to delete here.
          for (const stack of local)
            await destroy(cluster, stack, report).catch((cause: unknown) => report(String(cause)));
        },
      },
      {
        title: "Kubernetes cluster",
        skip: () => external.length > 0 && local.length === 0 && "not created by make up, so it stays",
        task: async (_, step) => {
          const report = reportTo(step);
          if (await startDocker(report)) await deleteCluster(cluster, report);
        },
      },
      { title: "State", task: () => rm(stateDir(cluster), { recursive: true, force: true }) },
      { title: "Docker", task: (_, step) => stopDockerIfOurs(reportTo(step)) },
    ],
    TIMED,
  ).run();
}

/** Whether a stack runs on the cluster that `make up` created, rather than on one that its configuration names. */
function runsOnLocalCluster(cluster: string, stack: string): boolean {
  return readWorkspaceConfig(cluster, stack).kubeconfigPath === kubeconfigPath(cluster);
}

async function destroy(cluster: string, stack: string, report: Report): Promise<void> {
  const opened = await openStack(cluster, stack, await ensurePulumi(report));
  const log = new OperationLog(report);
  await uninterrupted(() => opened.destroy({ onEvent: log.onEvent })).catch((cause: unknown) => {
    throw log.failure("destroy", cause);
  });
}

/** Takes down every local cluster, then removes the images and the cache. */
export async function clean(): Promise<void> {
  const states = dirname(stateDir("any"));
  const clusters = existsSync(states)
    ? readdirSync(states).filter(
        (name) => existsSync(kubeconfigPath(name)) || deployedStacks(name).length > 0,
      )
    : [];
  for (const cluster of clusters) {
    console.log(`cluster ${cluster}`);
    await withClusterLock(cluster, () => down({ cluster }));
  }
  await new Listr(
    [
      {
        title: "Images",
        task: async (_, step) => {
          const report = reportTo(step);
          if (await startDocker(report)) await removeImages(report);
        },
      },
      { title: "Docker", task: (_, step) => stopDockerIfOurs(reportTo(step)) },
      { title: "Cache", task: () => rm(cacheDir(), { recursive: true, force: true }) },
      { title: "State", task: () => rm(states, { recursive: true, force: true }) },
    ],
    TIMED,
  ).run();
}
