import type { V1Deployment, V1Node, V1Pod } from "@kubernetes/client-node";
import { DELAYED_QUEUES, VARIABLES } from "../../components/shared/celery/contract";
import { CLIENT_LABEL } from "../../components/rabbitMqCluster/names";
import { type MemberState, podOf, type QueueState } from "../cluster/brokers";
import type { Cluster } from "../cluster/cluster";
import { deadLettersIn } from "../cluster/deadLetters";
import type { Installation } from "../cluster/installation";
import { hasEnded, INSTALLATION_SELECTOR, isReady, nameOf } from "../cluster/objects";
import { type Facts, largestView } from "../recover/facts";
import { observe } from "../recover/observe";
import type { BrokerStatus, InstallationStatus, NodeStatus, QueueStatus, WorkloadStatus } from "./model";
import { problemsOf } from "./problems";

/** A node that is not ready counts as silent after this time, as for `ha-celery recover`. */
const SILENT_AFTER_SECONDS = 60;

const KINDS: Readonly<Record<string, WorkloadStatus["kind"]>> = {
  "celery-worker": "worker pool",
  "celery-beat": "beat",
  "task-ledger": "ledger",
};

/** Reads the state of an installation. What does not answer is missing, and among the problems. */
export async function readStatus(cluster: Cluster, installation: Installation): Promise<InstallationStatus> {
  const { namespace, name, brokers } = installation;
  const selection = { namespace, labelSelector: INSTALLATION_SELECTOR };
  const [facts, nodes, pods, deployments, members, queues] = await Promise.all([
    observe(cluster, brokers, SILENT_AFTER_SECONDS),
    cluster.core.listNode(),
    cluster.core.listNamespacedPod(selection),
    cluster.apps.listNamespacedDeployment(selection),
    brokers.members().catch(() => []),
    brokers.queues().catch(() => undefined),
  ]);
  const own = deployments.items.filter(
    ({ spec }) => (spec?.template.metadata?.labels?.[CLIENT_LABEL] ?? name) === name,
  );
  const status = {
    context: cluster.context,
    namespace,
    name,
    nodes: nodes.items
      .map((node) => nodeStatus(node, pods.items))
      .filter(({ pods: { length } }) => length > 0),
    brokers: facts.brokers.map((broker) => brokerStatus(facts, broker.member, members, queues ?? [])),
    queues: queues?.filter((queue) => !isDelayed(queue)).map(queueStatus),
    delayed: queues?.filter(isDelayed).reduce((sum, { messages }) => sum + messages, 0),
    deadLetters: await deadLettersIn(brokers, queues ?? []),
    workloads: own.map((deployment) => workloadStatus(deployment, pods.items)),
  };
  return { ...status, problems: problemsOf(facts, status) };
}

const isDelayed = ({ name }: QueueState): boolean => name.startsWith(DELAYED_QUEUES);

export const nodeStatus = (node: V1Node, pods: readonly V1Pod[]): NodeStatus => ({
  name: nameOf(node),
  ready: isReady(node),
  cordoned: node.spec?.unschedulable ?? false,
  pods: pods.filter((pod) => pod.spec?.nodeName === nameOf(node) && !hasEnded(pod)).map(nameOf),
});

function brokerStatus(
  facts: Facts,
  member: string,
  members: readonly MemberState[],
  queues: readonly QueueState[],
): BrokerStatus {
  const pod = facts.brokers.find((broker) => broker.member === member)?.podState;
  const largest = largestView(facts);
  const state = members.find(({ node }) => node === member);
  return {
    pod: podOf(member),
    kubernetesNode: pod?.kubernetesNode ?? "",
    ready: pod?.ready ?? false,
    member: largest?.running.includes(member) ?? false,
    leads: queues.filter(({ leader }) => leader === member).length,
    memory: state?.memory,
    disk: state?.disk,
    alarms: state?.alarms,
  };
}

const queueStatus = (queue: QueueState): QueueStatus => ({
  name: queue.name,
  ready: Math.max(0, queue.messages - queue.unacknowledged),
  unacknowledged: queue.unacknowledged,
  consumers: queue.consumers,
  online: queue.online.length,
  copies: queue.members.length,
});

export function workloadStatus(deployment: V1Deployment, pods: readonly V1Pod[]): WorkloadStatus {
  const { spec, status, metadata } = deployment;
  const labels = spec?.selector.matchLabels ?? {};
  const unready = pods.filter(
    (pod) =>
      !isReady(pod) &&
      !hasEnded(pod) &&
      Object.entries(labels).every(([key, value]) => pod.metadata?.labels?.[key] === value),
  );
  const stuck = status?.conditions?.find(
    ({ type, status: value }) => type === "Progressing" && value === "False",
  );
  const env = spec?.template.spec?.containers.flatMap((container) => container.env ?? []) ?? [];
  return {
    kind: KINDS[metadata?.labels?.["app.kubernetes.io/name"] ?? ""] ?? "worker pool",
    name: nameOf(deployment),
    ready: status?.readyReplicas ?? 0,
    wanted: spec?.replicas ?? 1,
    queues: (env.find((variable) => variable.name === VARIABLES.queues)?.value ?? "")
      .split(",")
      .filter((queue) => queue !== ""),
    unready: unready.map(nameOf),
    reasons: [...new Set([...unready.flatMap(reasonsOf), ...(stuck?.message ? [stuck.message] : [])])],
  };
}

/** Why the containers of a pod do not run, or why it has no node. */
export function reasonsOf({ status }: V1Pod): string[] {
  const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const waiting = statuses.flatMap(({ state, lastState }) => {
    const reason = state?.waiting?.reason;
    if (reason === undefined || reason === "PodInitializing") return [];
    const ended = lastState?.terminated;
    return [ended ? `${reason} (${ended.reason ?? "ended"}, exit code ${ended.exitCode})` : reason];
  });
  const unscheduled = status?.conditions?.find(
    ({ type, status: value }) => type === "PodScheduled" && value === "False",
  );
  return [...waiting, ...(unscheduled?.message ? [unscheduled.message] : [])];
}
