import type { BrokerStatus, InstallationStatus, NodeStatus, WorkloadStatus } from "../status/model";
import { type Difference, difference, flipped, paired } from "./difference";
import { problemChanges } from "./problemChanges";
import { queueChanges } from "./queueChanges";

/**
 * Returns what differs between two statuses of an installation, causes before effects. `known` are the last queues that
 * a broker reported before.
 */
export function differences(
  before: InstallationStatus,
  after: InstallationStatus,
  known: InstallationStatus["queues"] = before.queues,
): Difference[] {
  return [
    ...paired(before.nodes, after.nodes, ({ name }) => name, nodeChanges),
    ...paired(before.brokers, after.brokers, ({ pod }) => pod, brokerChanges),
    ...queueChanges(before, after, known),
    ...paired(before.workloads, after.workloads, ({ name }) => name, workloadChanges),
    ...problemChanges(before, after),
  ];
}

function nodeChanges(name: string, before?: NodeStatus, after?: NodeStatus): Difference[] {
  if (!before || !after)
    return [
      after
        ? difference("node", "neutral", `node ${name} has pods of the installation`)
        : difference("node", "neutral", `node ${name} has no pod of the installation anymore`),
    ];
  return [
    ...flipped(before.ready, after.ready, "node", `node ${name} is ready again`, `node ${name} is not ready`),
    ...flipped(
      !before.cordoned,
      !after.cordoned,
      "node",
      `node ${name} was uncordoned`,
      `node ${name} was cordoned`,
    ),
  ];
}

function brokerChanges(pod: string, before?: BrokerStatus, after?: BrokerStatus): Difference[] {
  if (!before || !after)
    return [difference("broker", "neutral", `broker ${pod} was ${after ? "added" : "removed"}`)];
  const [from, to] = [before.kubernetesNode, after.kubernetesNode];
  return [
    ...(from === to
      ? []
      : [
          difference(
            "broker",
            "neutral",
            `broker ${pod} moved from ${from || "no node"} to ${to || "no node"}`,
          ),
        ]),
    ...flipped(
      before.member,
      after.member,
      "broker",
      `broker ${pod} is a running member again`,
      `broker ${pod} left the cluster of brokers`,
    ),
    ...flipped(
      before.ready,
      after.ready,
      "broker",
      `broker ${pod} is ready again`,
      `broker ${pod} is not ready`,
    ),
    ...alarmChanges(pod, before.alarms, after.alarms),
  ];
}

/** A broker that does not answer reports no alarms, which does not mean that they have ended. */
function alarmChanges(
  pod: string,
  before: readonly string[] | undefined,
  after: readonly string[] | undefined,
): Difference[] {
  if (!after) return [];
  const known = before ?? [];
  return [
    ...after
      .filter((alarm) => !known.includes(alarm))
      .map((alarm) => difference("broker", "bad", `${alarm} alarm on ${pod}: publishers are blocked`)),
    ...known
      .filter((alarm) => !after.includes(alarm))
      .map((alarm) => difference("broker", "good", `${alarm} alarm on ${pod} ended`)),
  ];
}

function workloadChanges(name: string, before?: WorkloadStatus, after?: WorkloadStatus): Difference[] {
  const kind = (after ?? before)?.kind ?? "worker pool";
  const title = `${kind} ${name}`;
  const told = (mood: Difference["mood"], text: string) => difference(kind, mood, text);
  if (!before || !after) return [told("neutral", `${title} was ${after ? "added" : "removed"}`)];
  const lost = after.ready < after.wanted && after.ready < before.ready;
  const complete = after.ready >= after.wanted && before.ready < before.wanted;
  return [
    ...(before.wanted === after.wanted
      ? []
      : [told("neutral", `${title} was scaled from ${before.wanted} to ${after.wanted}`)]),
    ...(lost ? [told("bad", `${title}: ${after.ready} of ${after.wanted} pods are ready`)] : []),
    ...(complete ? [told("good", `${title}: all ${after.wanted} pods are ready`)] : []),
  ];
}
