import { AppsV1Api, CoreV1Api, KubeConfig, type V1Pod } from "@kubernetes/client-node";
import { INSTALLATION_SELECTOR, isReady, nameOf } from "../operate/cluster/objects";
import { newTable } from "../operate/table";
import { findCluster, notRunning } from "./cluster";
import { LedgerReader } from "./ledger";
import { deployedStacks, readWorkspaceConfig } from "./stackFile";
import { toRunResult, passed, describeResult, type RunResult } from "./runResult";

/** The current state of a local cluster; `--json` prints it. */
export interface Status {
  readonly cluster: string;
  readonly kubeconfig: string;
  readonly nodes: readonly { name: string; ready: boolean; pods: string[] }[];
  readonly workloads: readonly { name: string; ready: number; wanted: number }[];
  readonly verdict?: RunResult;
}

const PART_OF_HA_CELERY = { labelSelector: INSTALLATION_SELECTOR };

export async function status({ cluster, json }: { cluster: string; json?: boolean }): Promise<void> {
  const found = await readStatus(cluster);
  if (json) console.log(JSON.stringify(found, undefined, 2));
  else console.log(formatStatus(found));
}

async function readStatus(name: string): Promise<Status> {
  const cluster = await findCluster(name);
  if (!cluster) throw notRunning(name);
  const config = new KubeConfig();
  config.loadFromFile(cluster.kubeconfigPath);
  const [core, apps] = [config.makeApiClient(CoreV1Api), config.makeApiClient(AppsV1Api)];
  const [nodes, pods, statefulSets, deployments] = await Promise.all([
    core.listNode(),
    core.listPodForAllNamespaces(PART_OF_HA_CELERY),
    apps.listStatefulSetForAllNamespaces(PART_OF_HA_CELERY),
    apps.listDeploymentForAllNamespaces(PART_OF_HA_CELERY),
  ]);
  return {
    cluster: name,
    kubeconfig: cluster.kubeconfigPath,
    nodes: nodes.items.map((node) => ({
      name: nameOf(node),
      ready: isReady(node),
      pods: podsOn(nameOf(node), pods.items),
    })),
    workloads: [...statefulSets.items, ...deployments.items].map((workload) => ({
      name: nameOf(workload),
      ready: workload.status?.readyReplicas ?? 0,
      wanted: workload.spec?.replicas ?? 0,
    })),
    verdict: await readResult(
      name,
      cluster.kubeconfigPath,
      cluster.context,
      pods.items[0]?.metadata?.namespace,
    ),
  };
}

async function readResult(
  name: string,
  kubeconfig: string,
  context: string,
  namespace?: string,
): Promise<RunResult | undefined> {
  const [stack = "local"] = deployedStacks(name);
  const { scheduleRun, scheduleTasks, ledger } = readWorkspaceConfig(name, stack);
  if (!namespace || !ledger || !scheduleTasks) return undefined;
  const summary = await new LedgerReader(kubeconfig, context, namespace)
    .summary(String(scheduleRun))
    .catch(() => undefined);
  return summary && toRunResult(Number(scheduleTasks), summary);
}

/** Formats a status as tables. */
export function formatStatus({ cluster, kubeconfig, nodes, workloads, verdict }: Status): string {
  const placement = newTable({ head: ["node", "ready", "pods"] });
  for (const node of nodes) placement.push([node.name, node.ready ? "yes" : "NO", node.pods.join("\n")]);
  const readiness = newTable({ head: ["workload", "ready"] });
  for (const { name, ready, wanted } of workloads) readiness.push([name, `${ready} of ${wanted}`]);
  return [
    `cluster ${cluster}`,
    placement.toString(),
    readiness.toString(),
    ...(verdict ? [describeProgress(verdict)] : []),
    `\nkubectl --kubeconfig ${kubeconfig} get pods -A`,
  ].join("\n");
}

/** An unfinished task may still be queued or running; only `make up` waits long enough to report it as lost. */
function describeProgress(result: RunResult): string {
  return passed(result) ? describeResult(result) : `${result.done} of ${result.tasks} tasks done so far`;
}

const podsOn = (node: string, pods: V1Pod[]) =>
  pods.filter((pod) => pod.spec?.nodeName === node).map((pod) => `${nameOf(pod)} ${pod.status?.phase ?? ""}`);
