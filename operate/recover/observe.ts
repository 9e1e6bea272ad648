import type { V1Node, V1PersistentVolume, V1PersistentVolumeClaim, V1Pod } from "@kubernetes/client-node";
import { BROKER_CONTAINER, podNames, PREPARE, SKIP_WAIT_LABEL } from "../../components/rabbitMqCluster/names";
import type { Brokers, MemberState, QueueCounts } from "../cluster/brokers";
import { alarmsOf } from "../cluster/brokerStatus";
import { domainOf } from "../cluster/installation";
import type { Cluster } from "../cluster/cluster";
import { hasEnded, ignoreNotFound, INSTALLATION_SELECTOR, isReady, nameOf } from "../cluster/objects";
import { patiently } from "../cluster/patience";
import { isDrillRunning } from "../drill/lease";
import { findLeftovers, type Leftovers } from "../drill/leftovers";
import {
  type BrokerFacts,
  type ClaimFacts,
  type ClusterView,
  type Facts,
  largestView,
  type NodeFacts,
  type PodFacts,
  Presence,
} from "./facts";

export const OUT_OF_SERVICE = "node.kubernetes.io/out-of-service";
/**
 * Only a broker with an empty volume stays in its preparation for so long, and only one without a quorum takes so long
 * to serve.
 */
const WAITS_AFTER_SECONDS = 60;
const SHUT_DOWN = "node.cloudprovider.kubernetes.io/shutdown";

/** Name of the claim that the StatefulSet creates for a pod. */
const claimOf = (pod: string) => `data-${pod}`;

/** The facts, with what the brokers report beyond them. */
export interface Observation extends Facts {
  readonly queues: readonly QueueCounts[] | undefined;
  /** Empty if no broker reports its cluster. */
  readonly members: readonly MemberState[];
}

/**
 * Reads the state of an installation. A node is silent if it is not ready and its last heartbeat is `silentAfter`
 * seconds old.
 */
export async function observe(cluster: Cluster, brokers: Brokers, silentAfter: number): Promise<Observation> {
  const { namespace, name } = brokers;
  const [space, set, pods, claims, volumes, nodeList, leases] = await Promise.all([
    cluster.core.readNamespace({ name: namespace }).catch(ignoreNotFound),
    cluster.apps.readNamespacedStatefulSet({ namespace, name }).catch(ignoreNotFound),
    cluster.core.listNamespacedPod({ namespace, labelSelector: INSTALLATION_SELECTOR }),
    cluster.core.listNamespacedPersistentVolumeClaim({ namespace }),
    cluster.core.listPersistentVolume(),
    cluster.core.listNode(),
    cluster.coordination.listNamespacedLease({ namespace: "kube-node-lease" }),
  ]);
  const heartbeats = new Map(
    leases.items.map((lease) => [nameOf(lease), new Date(lease.spec?.renewTime ?? 0).getTime()]),
  );
  const replicas = set?.spec?.replicas ?? 0;
  const ending =
    !set ||
    replicas === 0 ||
    [space, set].some((object) => object?.metadata?.deletionTimestamp !== undefined);
  const names = ending
    ? pods.items
        .map(nameOf)
        .filter((pod) => pod.startsWith(`${name}-`) && /^\d+$/.test(pod.slice(name.length + 1)))
    : podNames(name, replicas);
  const domain = set ? domainOf(set) : "";

  const broker = (pod: string): BrokerFacts => {
    const claim = claims.items.find((each) => nameOf(each) === claimOf(pod));
    const found = pods.items.find((each) => nameOf(each) === pod);
    return {
      pod,
      member: `rabbit@${pod}.${domain}`,
      podState: found && podFacts(found, set?.status?.updateRevision),
      claim: claim && claimFacts(claim, volumes.items),
    };
  };
  const found = names.map(broker);
  const nodes = nodeFacts(nodeList.items, pods.items, found, heartbeats, silentAfter);
  const ready = found.filter(
    ({ podState }) =>
      podState?.ready &&
      nodes.some((node) => node.name === podState.kubernetesNode && node.presence === Presence.Ready),
  );
  const [views, queues, leftovers] = await Promise.all([
    viewsOf(brokers, ready),
    ready.length === 0 ? undefined : patiently((seconds) => brokers.queues(seconds)).catch(() => undefined),
    ending ? [] : leftoversOf(cluster, brokers),
  ]);
  const members = largestView({ views })?.states ?? [];
  return {
    name,
    namespace,
    replicas,
    ending,
    brokers: found,
    nodes,
    views,
    queues,
    members,
    alarms: alarmsOf(members),
    leftovers,
  };
}

/** Returns none while a drill is running, also one that began while they were listed. */
async function leftoversOf(cluster: Cluster, brokers: Brokers): Promise<Leftovers[]> {
  if (await isDrillRunning(cluster, brokers.namespace)) return [];
  const leftovers = await findLeftovers(cluster, brokers);
  return (await isDrillRunning(cluster, brokers.namespace)) ? [] : leftovers;
}

function podFacts(pod: V1Pod, newest: string | undefined): PodFacts {
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const waiting = statuses.find(
    ({ state }) => state?.waiting?.reason && state.waiting.reason !== "PodInitializing",
  )?.state?.waiting;
  const unscheduled = pod.status?.conditions?.find(
    ({ type, status }) => type === "PodScheduled" && status === "False",
  );
  const waits = (container: string) =>
    statuses.some(
      ({ name, state }) =>
        name === container && secondsSince(state?.running?.startedAt) > WAITS_AFTER_SECONDS,
    );
  return {
    kubernetesNode: pod.spec?.nodeName ?? "",
    ready: isReady(pod),
    terminating: pod.metadata?.deletionTimestamp !== undefined,
    released: Boolean(pod.metadata?.labels?.[SKIP_WAIT_LABEL]),
    outdated: newest !== undefined && pod.metadata?.labels?.["controller-revision-hash"] !== newest,
    waitsEmpty: waits(PREPARE),
    waitsForPeers: !isReady(pod) && waits(BROKER_CONTAINER),
    problem: waiting?.reason ?? unscheduled?.message ?? "",
  };
}

function claimFacts(claim: V1PersistentVolumeClaim, volumes: readonly V1PersistentVolume[]): ClaimFacts {
  const volume = volumes.find((each) => nameOf(each) === claim.spec?.volumeName);
  const hostNames = volume?.spec?.nodeAffinity?.required?.nodeSelectorTerms
    .flatMap(({ matchExpressions }) => matchExpressions ?? [])
    .filter(({ key, operator }) => key === "kubernetes.io/hostname" && operator === "In")
    .flatMap(({ values }) => values ?? []);
  return {
    name: nameOf(claim),
    terminating: claim.metadata?.deletionTimestamp !== undefined,
    lost: claim.status?.phase === "Lost" || (claim.spec?.volumeName !== undefined && !volume),
    boundTo: hostNames?.length === 1 ? hostNames[0] : undefined,
  };
}

function nodeFacts(
  nodes: readonly V1Node[],
  pods: readonly V1Pod[],
  brokers: readonly BrokerFacts[],
  heartbeats: ReadonlyMap<string, number>,
  silentAfter: number,
): NodeFacts[] {
  const used = new Set(
    [...pods.map((pod) => pod.spec?.nodeName), ...brokers.map(({ claim }) => claim?.boundTo)].filter(
      (name) => name !== undefined,
    ),
  );
  const tainted = nodes.filter((node) => hasTaint(node, OUT_OF_SERVICE)).map(nameOf);
  return [...new Set([...used, ...tainted])].sort().map((name) => {
    const node = nodes.find((each) => hostName(each) === name || nameOf(each) === name);
    const silentSeconds = (Date.now() - (heartbeats.get(node ? nameOf(node) : name) ?? 0)) / 1000;
    return {
      name: node ? nameOf(node) : name,
      presence: presenceOf(node, silentSeconds, silentAfter),
      silentSeconds,
      outOfService: node !== undefined && hasTaint(node, OUT_OF_SERVICE),
      pods: pods.filter((pod) => pod.spec?.nodeName === name && !hasEnded(pod)).map(nameOf),
    };
  });
}

function presenceOf(node: V1Node | undefined, silentSeconds: number, silentAfter: number): Presence {
  if (!node) return Presence.Absent;
  if (isReady(node)) return Presence.Ready;
  if (hasTaint(node, SHUT_DOWN)) return Presence.Off;
  return silentSeconds > silentAfter ? Presence.Silent : Presence.Doubtful;
}

/** A broker's view of its cluster, and the state of the members in it. */
interface Answer extends ClusterView {
  readonly states: readonly MemberState[];
}

/** Returns the view of each broker that answers. Waits for a slow one only if all are slow. */
const viewsOf = (brokers: Brokers, asked: readonly BrokerFacts[]): Promise<Answer[]> =>
  patiently(async (timeoutSeconds) => {
    const answers = await Promise.all(asked.map((each) => answerOf(brokers, each, timeoutSeconds)));
    const views = answers.filter((answer) => answer !== undefined);
    if (views.length === 0) throw new Error("no broker answers");
    return views;
  }).catch(() => []);

/** Asks the management API, because RabbitMQ's command line tools take about a second of a broker's CPU. */
async function answerOf(
  brokers: Brokers,
  { pod, member }: BrokerFacts,
  timeoutSeconds?: number,
): Promise<Answer | undefined> {
  try {
    const states = await brokers.members(pod, timeoutSeconds);
    const running = states.filter((state) => state.running).map(({ node }) => node);
    return { of: member, members: states.map(({ node }) => node), running, states };
  } catch {
    return undefined; // A broker that does not answer has no view.
  }
}

const secondsSince = (time: Date | undefined) => (time ? (Date.now() - new Date(time).getTime()) / 1000 : 0);

const hostName = (node: V1Node) => node.metadata?.labels?.["kubernetes.io/hostname"];

const hasTaint = (node: V1Node, key: string) =>
  node.spec?.taints?.some((taint) => taint.key === key) ?? false;
