import { podOf } from "../cluster/brokers";
import { alarmProblems } from "../cluster/brokerStatus";
import { type Facts, isGone, largestView, Presence } from "./facts";

/** Returns what is unhealthy, one sentence each. None if the installation is healthy. */
export function findProblems(facts: Facts): string[] {
  if (facts.ending)
    return facts.brokers
      .filter(({ podState }) => podState !== undefined)
      .map(({ pod, podState }) =>
        podState?.released ? `${pod} is stopping` : `${pod} has not stopped. It may be waiting for its peers`,
      );
  return [
    ...nodes(facts),
    ...brokers(facts),
    ...members(facts),
    ...queues(facts),
    ...alarmProblems(facts.alarms),
    ...facts.leftovers.map(({ run, items }) => `drill ${run} was killed and left: ${items.join(", ")}`),
  ];
}

const NODE_TEXT: Record<Presence, (seconds: number) => string> = {
  [Presence.Ready]: () => "is back, but is still tainted as out of service",
  [Presence.Doubtful]: (seconds) => `is not ready (last heartbeat ${seconds} s ago) and may come back`,
  [Presence.Silent]: (seconds) => `has been silent for ${seconds} s`,
  [Presence.Off]: () => "is off, according to the cloud provider",
  [Presence.Absent]: () => "no longer exists",
};

function nodes({ nodes: all }: Facts): string[] {
  return all
    .filter((node) => (node.presence === Presence.Ready ? node.outOfService : node.pods.length > 0))
    .map((node) => {
      const pods = node.pods.length > 0 ? `; it has ${node.pods.join(", ")}` : "";
      return `node ${node.name} ${NODE_TEXT[node.presence](Math.round(node.silentSeconds))}${pods}`;
    });
}

function brokers(facts: Facts): string[] {
  return facts.brokers.flatMap(({ pod, podState, claim }) => {
    if (podState?.ready && !podState.terminating) return [];
    if (podState?.waitsEmpty) return [`${pod} has an empty volume and waits until another broker serves`];
    const home = facts.nodes.find(({ name }) => name === claim?.boundTo);
    const volume =
      claim?.lost || (home && isGone(home))
        ? `; its volume ${claim?.lost ? "is gone" : `is on ${home?.name}`}`
        : "";
    if (!podState) return [`${pod} has no pod${volume}`];
    const state = podState.terminating
      ? `is terminating on ${podState.kubernetesNode || "no node"}`
      : podState.kubernetesNode
        ? `is not ready on ${podState.kubernetesNode}`
        : "is not scheduled";
    return [`${pod} ${state}${podState.problem && `: ${podState.problem}`}${volume}`];
  });
}

function members(facts: Facts): string[] {
  const wanted = facts.brokers.map(({ member }) => member);
  const largest = largestView(facts);
  if (!largest) return ["no broker reports its cluster"];
  const separate = facts.views.filter(({ members: known }) => !known.includes(largest.of));
  return [
    ...separate.map(({ of }) => `${podOf(of)} runs as a separate cluster`),
    ...wanted
      .filter((member) => !largest.running.includes(member) && !separate.some(({ of }) => of === member))
      .map(
        (member) =>
          `${podOf(member)} is ${largest.members.includes(member) ? "a member that is not running" : "not a member of the cluster"}`,
      ),
    ...largest.members
      .filter((member) => !wanted.includes(member))
      .map((member) => `${podOf(member)} is a member, but not a broker of the StatefulSet`),
  ];
}

function queues({ queues: all, replicas }: Facts): string[] {
  if (!all) return ["no broker reports its queues"];
  const degraded = all.filter(({ members: of, online }) => of.length < replicas || online.length < replicas);
  if (degraded.length === 0) return [];
  const least = Math.min(...degraded.map(({ online }) => online.length));
  return [
    `${degraded.length} of ${all.length} queues have fewer than ${replicas} copies online (lowest: ${least})`,
  ];
}
