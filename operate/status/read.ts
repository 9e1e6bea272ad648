import type { V1Deployment, V1Node, V1Pod } from "@kubernetes/client-node";
import { CLIENT_LABEL } from "../../components/rabbitMqCluster/names";
import { type MemberState, podOf, type QueueCounts } from "../cluster/brokers";
import type { Cluster } from "../cluster/cluster";
import { deadLettersIn, oldestDeadLetterSeconds } from "../cluster/deadLetters";
import type { Installation } from "../cluster/installation";
import type { ManagementApi } from "../cluster/management";
import { hasEnded, ignoreNotFound, INSTALLATION_SELECTOR, isReady, nameOf } from "../cluster/objects";
import { queuesOfPool } from "../cluster/poolQueues";
import { toQueues } from "../queues/read";
import { type Facts, largestView } from "../recover/facts";
import { observe } from "../recover/observe";
import { within } from "../waiting";
import { readCertificate } from "./certificate";
import type { BrokerStatus, InstallationStatus, NodeStatus, WorkloadStatus } from "./model";
import { readOldest } from "./oldest";
import { problemsOf } from "./problems";
import { beatOf, type PageReader, type Pages, processesOf, readPages } from "./processes";

/** A node that is not ready counts as silent after this time, as for `ha-celery recover`. */
const SILENT_AFTER_SECONDS = 60;

const KINDS: Readonly<Record<string, WorkloadStatus["kind"]>> = {
  "celery-worker": "worker pool",
  "celery-beat": "beat",
  "task-ledger": "ledger",
};

/** A status, and the metrics of workers and beat that are a part of it. */
export interface Reading extends Metrics {
  readonly status: InstallationStatus;
}

interface Metrics {
  readonly pages: Pages;
  /** When the metrics were read, in milliseconds since 1970. */
  readonly at: number;
}

/** Reads the state of an installation, without rates. What does not answer is missing, and among the problems. */
export const readStatus = async (cluster: Cluster, installation: Installation): Promise<InstallationStatus> =>
  (await readWithMetrics(cluster, installation)).status;

/** The same with the metrics, so that they are read once for all that is in them. */
export async function readWithMetrics(
  cluster: Cluster,
  installation: Installation,
  read: PageReader = readPages,
): Promise<Reading> {
  const { namespace, name, brokers } = installation;
  const selection = { namespace, labelSelector: INSTALLATION_SELECTOR };
  const [facts, nodes, pods, working, set, disabledFeatureFlags, statistics, oldest] = await Promise.all([
    observe(cluster, brokers, SILENT_AFTER_SECONDS),
    cluster.core.listNode(),
    cluster.core.listNamespacedPod(selection),
    // While the brokers are asked, because either can take seconds.
    readWorkloads(cluster, installation, read),
    cluster.apps.readNamespacedStatefulSet({ namespace, name }).catch(ignoreNotFound),
    disabledFeatureFlagsOf(brokers.management).catch(() => undefined),
    brokers.statistics().catch(() => []),
    readOldest(cluster, brokers).catch(() => new Map<string, number>()),
  ]);
  const { members, queues } = facts;
  const known = queues && toQueues(queues, statistics);
  const { workloads, ...metrics } = working;
  const status = {
    context: cluster.context,
    namespace,
    name,
    nodes: nodes.items
      .map((node) => nodeStatus(node, pods.items))
      .filter(({ pods: { length } }) => length > 0),
    brokers: facts.brokers.map((broker) => brokerStatus(facts, broker.member, members, queues ?? [])),
    queues: known?.queues.map((queue) => ({
      ...queue,
      // The brokers look every 30 s, and the queue may be empty by now.
      ...(queue.ready > 0 && { oldestSeconds: oldest.get(queue.name) }),
    })),
    delayed: known?.delayed,
    deadLetters: await deadLettersIn(brokers, queues ?? [], soon),
    workloads,
    disabledFeatureFlags,
    certificate: await readCertificate(cluster, namespace, set),
  };
  return { status: { ...status, problems: problemsOf(facts, status) }, ...metrics };
}

/** A broker of a lost machine would hold the answer up for a minute. */
const AGE_SECONDS = 5;

const soon: typeof oldestDeadLetterSeconds = (brokers) =>
  within(AGE_SECONDS, oldestDeadLetterSeconds(brokers)).catch(() => undefined);

/** Reads the workloads of an installation alone, which needs no broker. */
export async function readWorkloads(
  cluster: Cluster,
  { namespace, name }: Pick<Installation, "namespace" | "name">,
  read: PageReader = readPages,
): Promise<Workloads> {
  const selection = { namespace, labelSelector: INSTALLATION_SELECTOR };
  const [pods, deployments] = await Promise.all([
    cluster.core.listNamespacedPod(selection),
    cluster.apps.listNamespacedDeployment(selection),
  ]);
  // The namespace may have several installations.
  const own = deployments.items.filter(
    ({ spec }) => (spec?.template.metadata?.labels?.[CLIENT_LABEL] ?? name) === name,
  );
  const pages = await read(
    cluster,
    own.flatMap((deployment) => podsOf(deployment, pods.items)),
  );
  const at = Date.now();
  return { workloads: own.map((deployment) => workloadStatus(deployment, pods.items, pages)), pages, at };
}

interface Workloads extends Metrics {
  readonly workloads: readonly WorkloadStatus[];
}

/** Experimental ones are left out: whoever enables one cannot go back. */
async function disabledFeatureFlagsOf(management: ManagementApi): Promise<string[]> {
  const flags = await management.get<FeatureFlagOfApi[]>("/feature-flags?columns=name,state,stability");
  return flags
    .filter(({ state, stability }) => state === "disabled" && stability === "stable")
    .map(({ name }) => name);
}

interface FeatureFlagOfApi {
  readonly name: string;
  readonly state: string;
  readonly stability: string;
}

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
  queues: readonly QueueCounts[],
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
    version: state?.version,
    memory: state?.memory,
    disk: state?.disk,
    alarms: state?.alarms,
  };
}

function podsOf({ spec }: V1Deployment, pods: readonly V1Pod[]): V1Pod[] {
  const labels = Object.entries(spec?.selector.matchLabels ?? {});
  return pods.filter(({ metadata }) => labels.every(([key, value]) => metadata?.labels?.[key] === value));
}

export function workloadStatus(
  deployment: V1Deployment,
  pods: readonly V1Pod[],
  pages: Pages = new Map(),
): WorkloadStatus {
  const { spec, status, metadata } = deployment;
  const own = podsOf(deployment, pods);
  const unready = own.filter((pod) => !isReady(pod) && !hasEnded(pod));
  const stuck = status?.conditions?.find(
    ({ type, status: value }) => type === "Progressing" && value === "False",
  );
  const kind = KINDS[metadata?.labels?.["app.kubernetes.io/name"] ?? ""] ?? "worker pool";
  return {
    kind,
    name: nameOf(deployment),
    ready: status?.readyReplicas ?? 0,
    wanted: spec?.replicas ?? 1,
    queues: kind === "worker pool" ? queuesOfPool(deployment) : [],
    unready: unready.map(nameOf),
    reasons: [...new Set([...unready.flatMap(reasonsOf), ...(stuck?.message ? [stuck.message] : [])])],
    processes: kind === "worker pool" ? processesOf(own, pages, new Date()) : [],
    ...(kind === "beat" && { beat: beatOf(own, pages, new Date()) }),
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
