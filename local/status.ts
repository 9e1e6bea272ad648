import type { V1Pod } from "@kubernetes/client-node";
import { type BrokerStatus, readBrokerStatus } from "../operate/cluster/brokerStatus";
import { describeDeadLetters } from "../operate/cluster/deadLetters";
import type { Brokers } from "../operate/cluster/brokers";
import type { Cluster } from "../operate/cluster/cluster";
import { findInstallation } from "../operate/cluster/installation";
import { INSTALLATION_SELECTOR, isReady, nameOf } from "../operate/cluster/objects";
import { isDrillRunning } from "../operate/drill/lease";
import { findLeftovers } from "../operate/drill/leftovers";
import { newTable } from "../operate/table";
import { findCluster, type LocalCluster, notRunning } from "./cluster";
import { clusterOf } from "./kubeContext";
import { runReader } from "./runReader";
import { deployedStacks, readWorkspaceConfig } from "./stackFile";
import { toRunResult, passed, describeResult, type RunResult } from "./runResult";

/** The current state of a local cluster; `--json` prints it. */
export interface Status {
  readonly cluster: string;
  readonly kubeconfig: string;
  readonly nodes: readonly { name: string; ready: boolean; pods: string[] }[];
  readonly workloads: readonly { name: string; ready: number; wanted: number }[];
  /** Undefined if nothing is deployed, or if no broker answers. */
  readonly brokers?: BrokerStatus;
  /** The drill that runs, and what killed drills have left behind. */
  readonly drills: readonly string[];
  readonly verdict?: RunResult;
}

const PART_OF_HA_CELERY = { labelSelector: INSTALLATION_SELECTOR };

export async function status({ cluster, json }: { cluster: string; json?: boolean }): Promise<void> {
  const found = await readStatus(cluster);
  if (json) console.log(JSON.stringify(found, undefined, 2));
  else console.log(formatStatus(found));
}

async function readStatus(name: string): Promise<Status> {
  const found = await findCluster(name);
  if (!found) throw notRunning(name);
  const cluster = clusterOf(found);
  const [nodes, pods, statefulSets, deployments] = await Promise.all([
    cluster.core.listNode(),
    cluster.core.listPodForAllNamespaces(PART_OF_HA_CELERY),
    cluster.apps.listStatefulSetForAllNamespaces(PART_OF_HA_CELERY),
    cluster.apps.listDeploymentForAllNamespaces(PART_OF_HA_CELERY),
  ]);
  const namespace = pods.items[0]?.metadata?.namespace;
  const installation = await findInstallation(cluster, { namespace }).catch(() => undefined);
  const brokers = installation && (await readBrokerStatus(installation.brokers).catch(() => undefined));
  return {
    cluster: name,
    kubeconfig: found.kubeconfigPath,
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
    brokers,
    drills: installation ? await drillsOf(cluster, installation.brokers, found.kubeconfigPath) : [],
    verdict: namespace === undefined ? undefined : await readResult(found, namespace),
  };
}

async function drillsOf(cluster: Cluster, brokers: Brokers, kubeconfig: string): Promise<string[]> {
  if (await isDrillRunning(cluster, brokers.namespace))
    return ["a drill is running, or was killed less than a minute ago"];
  const leftovers = await findLeftovers(cluster, brokers);
  return leftovers.map(
    ({ run, items }) =>
      `drill ${run} was killed and left: ${items.join(", ")}. Undo it: npm run ha-celery -- recover --kubeconfig ${kubeconfig}`,
  );
}

async function readResult(cluster: LocalCluster, namespace: string): Promise<RunResult | undefined> {
  const [stack = "local"] = deployedStacks(cluster.name);
  const { scheduleRun, scheduleTasks, ledger } = readWorkspaceConfig(cluster.name, stack);
  if (!ledger || !scheduleTasks) return undefined;
  const reader = runReader(cluster, namespace);
  const summary = await reader.ledger.summary(String(scheduleRun)).catch(() => undefined);
  return summary && toRunResult(Number(scheduleTasks), summary, await reader.queued());
}

/** Formats a status as tables. */
export function formatStatus(status: Status): string {
  const { cluster, kubeconfig, nodes, workloads, brokers, drills, verdict } = status;
  const placement = newTable({ head: ["node", "ready", "pods"] });
  for (const node of nodes) placement.push([node.name, node.ready ? "yes" : "NO", node.pods.join("\n")]);
  const readiness = newTable({ head: ["workload", "ready"] });
  for (const { name, ready, wanted } of workloads) readiness.push([name, `${ready} of ${wanted}`]);
  return [
    `cluster ${cluster}`,
    placement.toString(),
    readiness.toString(),
    ...(workloads.length > 0 ? describeBrokers(brokers) : []),
    ...drills,
    ...(verdict ? [describeProgress(verdict)] : []),
    `\nkubectl --kubeconfig ${kubeconfig} get pods -A`,
  ].join("\n");
}

function describeBrokers(brokers: BrokerStatus | undefined): string[] {
  if (!brokers) return ["no broker answers"];
  const { outside, alarms, queues, deadLetters } = brokers;
  const contents = queues.map(({ name, messages }) => `${name} ${messages}`).join(", ");
  return [
    ...(outside.length > 0 ? [`not in the RabbitMQ cluster: ${outside.join(", ")}`] : []),
    ...alarms.map((alarm) => `${alarm}: it blocks all publishers`),
    `tasks in queues: ${contents || "none"}`,
    ...(deadLetters ? [describeDeadLetters(deadLetters)] : []),
  ];
}

/** An unfinished task may still be queued or running; only `make up` waits long enough to report it as lost. */
function describeProgress(result: RunResult): string {
  return passed(result) ? describeResult(result) : `${result.done} of ${result.tasks} tasks done so far`;
}

const podsOn = (node: string, pods: V1Pod[]) =>
  pods.filter((pod) => pod.spec?.nodeName === node).map((pod) => `${nameOf(pod)} ${pod.status?.phase ?? ""}`);
