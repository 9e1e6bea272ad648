import { type BrokerFacts, type Facts, isGone, type NodeFacts, Presence, quorumView } from "./facts";

/** One thing to do. */
export interface Step {
  readonly kind: Kind;
  /** A Kubernetes node, a pod, a claim, or a member of the RabbitMQ cluster. */
  readonly target: string;
  /** What is stuck, and why this mends it. */
  readonly why: string;
  /** What a person has to know or accept beforehand; where it is empty the ordinary consent suffices. */
  readonly needs: readonly Needs[];
  /** What the person is asked about. */
  readonly about: About;
}

export interface About {
  readonly node?: string;
  readonly claim?: string;
}

export const Kind = {
  /** A broker that ends for good need not wait for its peers. */
  ReleasePod: "release-pod",
  Taint: "taint-node",
  Untaint: "untaint-node",
  DeletePod: "delete-pod",
  Forget: "forget-member",
  /** Deletes the claim and the pod that waits with it: the broker begins with an empty volume. */
  GiveUpVolume: "give-up-volume",
  Grow: "grow-queues",
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

export const Needs = {
  /** Only a person can know that a silent machine is off. */
  MachineOff: "machine-off",
  /** What is on the volume is gone for good. */
  GiveUpVolume: "give-up-volume",
} as const;
export type Needs = (typeof Needs)[keyof typeof Needs];

/** What to do about everything that will not mend itself. Empty: nothing, or only time helps. */
export function plan(facts: Facts): Step[] {
  if (facts.ending) return releases(facts);
  return [
    ...facts.nodes.flatMap(nodeSteps),
    ...brokenPods(facts),
    ...lostVolumes(facts),
    ...formerMembers(facts),
    ...missingMembers(facts),
  ];
}

function releases({ brokers }: Facts): Step[] {
  return brokers
    .filter(({ podState }) => podState?.terminating && !podState.released)
    .map(({ pod }) => ({
      kind: Kind.ReleasePod,
      target: pod,
      why: "all brokers are to stop, so it need not wait until its peers have a quorum without it",
      needs: [],
      about: {},
    }));
}

function nodeSteps(node: NodeFacts): Step[] {
  if (node.outOfService && node.presence === Presence.Ready)
    return [
      {
        kind: Kind.Untaint,
        target: node.name,
        why: "it is back, and marked as out of service",
        needs: [],
        about: {},
      },
    ];
  // The pods of an absent Node are removed by Kubernetes itself.
  if (!isGone(node) || node.presence === Presence.Absent || node.outOfService || node.pods.length === 0)
    return [];
  const held = `${node.pods.join(", ")} cannot be replaced while it may still run there`;
  return [
    node.presence === Presence.Off
      ? {
          kind: Kind.Taint,
          target: node.name,
          why: `the cloud says that it is off; ${held}`,
          needs: [],
          about: {},
        }
      : {
          kind: Kind.Taint,
          target: node.name,
          why: `silent for ${Math.round(node.silentSeconds)} s; ${held}`,
          needs: [Needs.MachineOff],
          about: { node: node.name },
        },
  ];
}

const BROKEN = /^(ErrImage|ImagePull|InvalidImage|CrashLoop|CreateContainer|RunContainer)/;

/** A StatefulSet waits for ever for a pod of a failed update, even when the template has been mended since. */
function brokenPods({ brokers }: Facts): Step[] {
  return brokers
    .filter(
      ({ podState }) =>
        podState?.outdated && !podState.ready && !podState.terminating && BROKEN.test(podState.trouble),
    )
    .map(({ pod, podState }) => ({
      kind: Kind.DeletePod,
      target: pod,
      why: `${podState?.trouble ?? ""} in a pod of an older template, which Kubernetes does not replace by itself`,
      needs: [],
      about: {},
    }));
}

/** Only beside a quorum: an empty broker of a cluster without one would be the next one lost. */
function lostVolumes(facts: Facts): Step[] {
  const quorum = quorumView(facts);
  if (!quorum) return [];
  return facts.brokers.flatMap((broker) => {
    const { member, claim } = broker;
    const reason = whyLost(facts, broker, quorum.of);
    if (!claim || claim.terminating || reason === undefined) return [];
    const node = facts.nodes.find(({ name }) => name === claim.boundTo);
    const silent = node?.presence === Presence.Silent && !node.outOfService;
    // Forgotten, but with its volume, it could not come back: both or neither.
    const needs = [...(silent ? [Needs.MachineOff] : []), Needs.GiveUpVolume];
    const about = { node: claim.boundTo, claim: claim.name };
    const forget: Step = {
      kind: Kind.Forget,
      target: member,
      why: "with an empty volume it has to come back as a new member: as the old one it would vote on what it has forgotten",
      needs,
      about,
    };
    const isForgettable = quorum.members.includes(member) && !quorum.running.includes(member);
    return [
      ...(isForgettable ? [forget] : []),
      { kind: Kind.GiveUpVolume, target: claim.name, why: reason, needs, about },
    ];
  });
}

function whyLost(
  facts: Facts,
  { member, claim, podState }: BrokerFacts,
  quorumOf: string,
): string | undefined {
  if (claim?.lost) return "its volume is gone";
  const home = claim?.boundTo;
  const node = facts.nodes.find(({ name }) => name === home);
  if (home !== undefined && node && isGone(node) && !podState?.ready)
    return `its volume is on ${home}, which is ${node.presence === Presence.Absent ? "no node any more" : "gone"}`;
  const own = facts.views.find(({ of }) => of === member);
  if (own && own.of !== quorumOf && own.members.length === 1 && facts.replicas > 1)
    return "it runs as a cluster of its own beside the others; what clients left in its queues is lost with it";
  return undefined;
}

/** Members count for the quorum for as long as they are known. */
function formerMembers(facts: Facts): Step[] {
  const quorum = quorumView(facts);
  const wanted = facts.brokers.map(({ member }) => member);
  return (quorum?.members ?? [])
    .filter((member) => !wanted.includes(member) && !quorum?.running.includes(member))
    .map((member) => ({
      kind: Kind.Forget,
      target: member,
      why: "there is no such broker any more, and it counts for the quorum",
      needs: [],
      about: {},
    }));
}

/** RabbitMQ grows queues by itself within a minute; by then nobody wants to wait. */
function missingMembers(facts: Facts): Step[] {
  const quorum = quorumView(facts);
  if (!quorum || !facts.queues) return [];
  const running = facts.brokers.filter(
    ({ member, podState }) => quorum.running.includes(member) && podState?.ready && !podState.terminating,
  );
  return running.flatMap(({ member }) => {
    const lacking = (facts.queues ?? []).filter(({ members }) => !members.includes(member));
    if (lacking.length === 0) return [];
    const why = `${lacking.length} of ${facts.queues?.length} queues have no copy there`;
    return [{ kind: Kind.Grow, target: member, why, needs: [], about: {} }];
  });
}
