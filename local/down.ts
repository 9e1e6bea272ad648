import { existsSync, readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { Listr } from "listr2";
import { deleteCluster, findCluster, kubeconfigPath } from "./cluster";
import { removeImages } from "./images";
import { uninterrupted } from "./interrupt";
import { withClusterLock } from "./lock";
import { cacheDir, stateDir } from "./paths";
import type { Report } from "./report";
import { OperationLog, openStack } from "./stack";
import { deployedStacks, readWorkspaceConfig } from "./stackFile";
import { reportTo, TIMED } from "./steps";
import { ensurePulumi, startDocker, stopDockerIfOurs } from "./toolchain";

/** Takes the stacks down, then the cluster if it is ours. Keeps the cache. */
export async function down({ cluster }: { cluster: string }): Promise<void> {
  const stacks = deployedStacks(cluster);
  const yours = stacks.filter((stack) => !runsOnOurs(cluster, stack));
  const ours = stacks.filter((stack) => !yours.includes(stack));
  await new Listr(
    [
      {
        title: "pulumi destroy",
        task: async (_, step) => {
          const say = reportTo(step);
          if (stacks.length === 0) return step.skip("nothing is deployed");
          for (const stack of yours) await destroy(cluster, stack, say);
          if (ours.length === 0) return;
          if (!(await startDocker(say)) || !(await findCluster(cluster)))
            return step.skip("the cluster does not run; everything in it goes with it");
          // What Pulumi cannot remove any more goes with the cluster in the next step.
          for (const stack of ours)
            await destroy(cluster, stack, say).catch((cause: unknown) => say(String(cause)));
        },
      },
      {
        title: "Kubernetes cluster",
        skip: () => yours.length > 0 && ours.length === 0 && "it is yours, it stays",
        task: async (_, step) => {
          const say = reportTo(step);
          if (await startDocker(say)) await deleteCluster(cluster, say);
        },
      },
      { title: "State", task: () => rm(stateDir(cluster), { recursive: true, force: true }) },
      { title: "Docker", task: (_, step) => stopDockerIfOurs(reportTo(step)) },
    ],
    TIMED,
  ).run();
}

/** Whether a stack runs on the cluster that was made here, and not on one that the stack names. */
function runsOnOurs(cluster: string, stack: string): boolean {
  return readWorkspaceConfig(cluster, stack).kubeconfigPath === kubeconfigPath(cluster);
}

async function destroy(cluster: string, stack: string, report: Report): Promise<void> {
  const opened = await openStack(cluster, stack, await ensurePulumi(report));
  const log = new OperationLog(report);
  await uninterrupted(() => opened.destroy({ onEvent: log.onEvent })).catch((cause: unknown) => {
    throw log.failure("destroy", cause);
  });
}

/** Takes every local cluster down and removes images and the cache as well. */
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
          const say = reportTo(step);
          if (await startDocker(say)) await removeImages(say);
        },
      },
      { title: "Docker", task: (_, step) => stopDockerIfOurs(reportTo(step)) },
      { title: "Cache", task: () => rm(cacheDir(), { recursive: true, force: true }) },
      { title: "State", task: () => rm(states, { recursive: true, force: true }) },
    ],
    TIMED,
  ).run();
}
