import { type Facts, isGone, Presence } from "./facts";

/** What is not as it should be, one sentence each. Empty: whole. */
export function stuck(facts: Facts): string[] {
  if (facts.ending)
    return facts.brokers
      .filter(({ podState }) => podState !== undefined)
      .map(({ pod, podState }) =>
        podState?.released ? `${pod} is stopping` : `${pod} has not stopped: it may be waiting for its peers`,
      );
  return [...nodes(facts), ...brokers(facts), ...members(facts), ...queues(facts)];
}

const NODE_TEXT: Record<Presence, (seconds: number) => string> = {
  [Presence.Ready]: () => "is back, and still marked as out of service",
  [Presence.Doubtful]: (seconds) => `is not ready (last heard of ${seconds} s ago) and may come back`,
  [Presence.Silent]: (seconds) => `has been silent for ${seconds} s`,
  [Presence.Off]: () => "is off, says the cloud",
  [Presence.Absent]: () => "is no node of the cluster any more",
};

function nodes({ nodes: all }: Facts): string[] {
  return all
    .filter((node) => (node.presence === Presence.Ready ? node.outOfService : node.pods.length > 0))
    .map((node) => {
      const held = node.pods.length > 0 ? `; it holds ${node.pods.join(", ")}` : "";
      return `node ${node.name} ${NODE_TEXT[node.presence](Math.round(node.silentSeconds))}${held}`;
    });
}

function brokers(facts: Facts): string[] {
  return facts.brokers.flatMap(({ pod, podState, claim }) => {
    if (podState?.ready && !podState.terminating) return [];
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
    return [`${pod} ${state}${podState.trouble && `: ${podState.trouble}`}${volume}`];
  });
}

function members(facts: Facts): string[] {
  const wanted = facts.brokers.map(({ member }) => member);
  const largest = [...facts.views].sort((one, other) => other.running.length - one.running.length)[0];
  if (!largest) return ["no broker tells of its cluster"];
  const apart = facts.views.filter(({ members: known }) => !known.includes(largest.of));
  return [
    ...apart.map(({ of }) => `${short(of)} is in a cluster of its own`),
    ...wanted
      .filter((member) => !largest.running.includes(member))
      .map(
        (member) =>
          `${short(member)} is ${largest.members.includes(member) ? "a member that does not run" : "no member of the cluster"}`,
      ),
    ...largest.members
      .filter((member) => !wanted.includes(member))
      .map((member) => `${short(member)} is a member, but no broker of the StatefulSet`),
  ];
}

function queues({ queues: all, replicas }: Facts): string[] {
  if (!all) return ["no broker tells of its queues"];
  const weak = all.filter(({ members: of, online }) => of.length < replicas || online.length < replicas);
  if (weak.length === 0) return [];
  const least = Math.min(...weak.map(({ online }) => online.length));
  return [
    `${weak.length} of ${all.length} queues have fewer than ${replicas} copies online (at least ${least})`,
  ];
}

/** `mq-0` of `rabbit@mq-0.mq-nodes...` */
export const short = (member: string): string => /@([^.]+)/.exec(member)?.[1] ?? member;
