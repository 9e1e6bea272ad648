import { EXIT } from "../operate/cli/exitCodes";
import { findInstallation } from "../operate/cluster/installation";
import { checkReachable, kubeConfigOf } from "../operate/cluster/kubeConfig";
import { colorsFor } from "../operate/colors";
import { isDrillRunning } from "../operate/drill/lease";
import { UsageError } from "../operate/errors";
import { formatStatus as formatInstallation } from "../operate/status/format";
import { measureStatus } from "../operate/status/measured";
import type { InstallationStatus } from "../operate/status/model";
import { findRunningCluster, type LocalCluster, notRunning } from "./cluster";
import { clusterOf } from "./kubeContext";
import { runReader } from "./runReader";
import { deployedStacks, readWorkspaceConfig } from "./stackFile";
import { toRunResult, passed, describeResult, type RunResult } from "./runResult";

/** The current state of a local cluster; `--json` prints it. */
export interface Status {
  readonly cluster: string;
  readonly kubeconfig: string;
  /** As `ha-celery status` shows it. Undefined if nothing is deployed. */
  readonly installation?: InstallationStatus;
  /** A drill is running, or was killed less than a minute ago. */
  readonly drilling: boolean;
  readonly verdict?: RunResult;
}

export async function status({ cluster, json }: { cluster: string; json?: boolean }): Promise<void> {
  const found = await readStatus(cluster);
  if (json) console.log(JSON.stringify(found, undefined, 2));
  else console.log(formatStatus(found));
  process.exitCode = exitCodeOf(found);
}

/** As `ha-celery status` exits: without an installation, there is nothing that could be healthy. */
export function exitCodeOf({ installation }: Pick<Status, "installation">): number {
  if (!installation) return EXIT.usage;
  return installation.problems.length === 0 ? EXIT.done : EXIT.failed;
}

async function readStatus(name: string): Promise<Status> {
  const found = await findRunningCluster(name);
  if (!found) throw notRunning(name);
  await checkReachable(kubeConfigOf(found));
  const cluster = clusterOf(found);
  const installation = await findInstallation(cluster).catch((error: unknown) => {
    if (error instanceof UsageError) return undefined;
    throw error;
  });
  return {
    cluster: name,
    kubeconfig: found.kubeconfigPath,
    installation: installation && (await measureStatus(cluster, installation)),
    drilling: installation !== undefined && (await isDrillRunning(cluster, installation.namespace)),
    verdict: installation && (await readResult(found, installation.namespace)),
  };
}

async function readResult(cluster: LocalCluster, namespace: string): Promise<RunResult | undefined> {
  const [stack = "local"] = deployedStacks(cluster.name);
  const { scheduleRun, scheduleTasks, ledger } = readWorkspaceConfig(cluster.name, stack);
  if (!ledger || !scheduleTasks) return undefined;
  const reader = runReader(cluster, namespace);
  const summary = await reader.ledger.summary(String(scheduleRun)).catch(() => undefined);
  return summary && toRunResult(Number(scheduleTasks), summary, await reader.queued());
}

/** Formats what `ha-celery status` shows, and what only the local target knows. */
export function formatStatus({ cluster, kubeconfig, installation, drilling, verdict }: Status): string {
  return [
    `cluster ${cluster}`,
    installation ? formatInstallation(installation, colorsFor(process.stdout)) : "nothing is deployed",
    ...(drilling ? ["a drill is running, or was killed less than a minute ago"] : []),
    ...(verdict ? [describeProgress(verdict)] : []),
    `\nkubectl --kubeconfig ${kubeconfig} get pods -A`,
  ].join("\n");
}

/** An unfinished task may still be queued or running; only `make up` waits long enough to report it as lost. */
function describeProgress(result: RunResult): string {
  return passed(result) ? describeResult(result) : `${result.done} of ${result.tasks} tasks done so far`;
}
