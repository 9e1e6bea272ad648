import { type BrokerFacts, type Facts, isGone, type NodeFacts, Presence, quorumView } from "./facts";

/** One repair step. */
export interface Step {
  readonly kind: StepKind;
  /** A Kubernetes node, a pod, a claim, a member of the RabbitMQ cluster, or the run of a drill. */
  readonly target: string;
  /** What is stuck, and why this step repairs it. */
  readonly why: string;
  /** What the user must confirm in addition to the general consent. */
  readonly needs: readonly Requirement[];
  /** What the user is asked about. */
  readonly about: Subject;
}

export interface Subject {
  readonly node?: string;
  readonly claim?: string;
  readonly pod?: string;
}

export const StepKind = {
  /** Lets a broker that stops for good do so without waiting for its peers. */
  ReleasePod: "release-pod",
  Taint: "taint-node",
  Untaint: "untaint-node",
  DeletePod: "delete-pod",
  Forget: "forget-member",
  /** Lets the first broker found a new cluster, because every volume is empty. */
  FoundAgain: "found-again",
  /** Lets the broker with the last copies of the queues serve without the others, which then join it. */
  ServeAlone: "serve-alone",
  /** Deletes the claim and its pod, so that the broker starts with an empty volume. */
  GiveUpVolume: "give-up-volume",
  Grow: "grow-queues",
  /** Undoes what a drill left behind whose command was killed. */
  UndoDrill: "undo-drill",
} as const;
export type StepKind = (typeof StepKind)[keyof typeof StepKind];

export const Requirement = {
  /** A silent machine is off, which only a person can know. */
  MachineOff: "machine-off",
  /** The data on the volume is lost for good. */
  GiveUpVolume: "give-up-volume",
  /** Tasks that only the lost volumes had are lost for good. */
  LastCopy: "last-copy",
  /** Every task that was queued is lost for good. */
  EmptyCluster: "empty-cluster",
} as const;
export type Requirement = (typeof Requirement)[keyof typeof Requirement];

/**
 * Returns the steps that repair what does not recover by itself. None if nothing is stuck, or if only waiting helps.
 */
export function plan(facts: Facts): Step[] {
  if (facts.ending) return releases(facts);
  return [
    ...facts.nodes.flatMap(nodeSteps),
    ...brokenPods(facts),
    ...everyVolumeLost(facts),
    ...lastCopy(facts),
    ...lostVolumes(facts),
    ...formerMembers(facts),
    ...missingMembers(facts),
    ...killedDrills(facts),
  ];
}

function releases({ brokers }: Facts): Step[] {
  return brokers
    .filter(({ podState }) => podState?.terminating && !podState.released)
    .map(({ pod }) => ({
      kind: StepKind.ReleasePod,
      target: pod,
      why: "all brokers are stopping, so it need not wait until its peers have a quorum without it",
      needs: [],
      about: {},
    }));
}

function nodeSteps(node: NodeFacts): Step[] {
  if (node.outOfService && node.presence === Presence.Ready)
    return [
      {
        kind: StepKind.Untaint,
        target: node.name,
        why: "the node is back, but is still tainted as out of service",
        needs: [],
        about: {},
      },
    ];
  // Kubernetes itself removes the pods of a Node that no longer exists.
  if (!isGone(node) || node.presence === Presence.Absent || node.outOfService || node.pods.length === 0)
    return [];
  const blocked = `${node.pods.join(", ")} cannot be replaced while they may still run there`;
  return [
    node.presence === Presence.Off
      ? {
          kind: StepKind.Taint,
          target: node.name,
          why: `the cloud provider reports that the node is off; ${blocked}`,
          needs: [],
          about: {},
        }
      : {
          kind: StepKind.Taint,
          target: node.name,
          why: `silent for ${Math.round(node.silentSeconds)} s; ${blocked}`,
          needs: [Requirement.MachineOff],
          about: { node: node.name },
        },
  ];
}

const BROKEN = /^(ErrImage|ImagePull|InvalidImage|CrashLoop|CreateContainer|RunContainer)/;

/** A StatefulSet never replaces a pod of a failed update, even if the template has been fixed since. */
function brokenPods({ brokers }: Facts): Step[] {
  return brokers
    .filter(
      ({ podState }) =>
        podState?.outdated && !podState.ready && !podState.terminating && BROKEN.test(podState.problem),
    )
    .map(({ pod, podState }) => ({
      kind: StepKind.DeletePod,
      target: pod,
      why: `${podState?.problem ?? ""} in a pod of an older template, which Kubernetes does not replace by itself`,
      needs: [],
      about: {},
    }));
}

/** Brokers with empty volumes wait for one that has data; if none has, they wait forever. */
function everyVolumeLost({ brokers }: Facts): Step[] {
  const [first] = brokers;
  if (!first || !brokers.every(({ podState }) => podState?.waitsEmpty)) return [];
  return [
    {
      kind: StepKind.FoundAgain,
      target: first.pod,
      why: "the volumes of all brokers are empty, so no broker has a cluster to join; all queued tasks are lost",
      needs: [Requirement.EmptyCluster],
      about: {},
    },
  ];
}

/**
 * One broker has data, and every other one has lost its volume, so the quorum never comes back by itself. Two brokers
 * with data would be two histories; which of them is the newer one, only a person can find out.
 */
function lastCopy(facts: Facts): Step[] {
  if (facts.replicas === 1 || quorumView(facts)) return [];
  const reasons = facts.brokers.map((broker) => ({ ...broker, reason: whyLost(facts, broker) }));
  const [last, ...more] = reasons.filter(({ reason, podState }) => !reason && !podState?.waitsEmpty);
  if (!last || more.length > 0) return [];
  // An interrupted recovery goes on: the queues count the lost brokers until this one is their only member.
  const isAlone = facts.views.some(({ of, members }) => of === last.member && members.length === 1);
  const isMember = (member: string) => member === last.member;
  const isDone = isAlone && (facts.queues ?? []).every(({ members }) => members.every(isMember));
  if (!last.podState?.waitsForPeers && !isAlone) return [];
  // Behind a network split, the other brokers may be a majority that confirms tasks.
  const silent = reasons.flatMap(({ reason, claim }) =>
    reason !== undefined && isSilent(facts, claim?.boundTo) ? [claim?.boundTo] : [],
  );
  const needs = [...(silent.length > 0 ? [Requirement.MachineOff] : []), Requirement.LastCopy];
  const about = { pod: last.pod, ...(silent.length > 0 && { node: silent.join(", ") }) };
  const serve: Step = {
    kind: StepKind.ServeAlone,
    target: last.pod,
    why: "the volumes of all other brokers are lost, so it waits for them forever; it has the last copies of the queues",
    needs,
    about,
  };
  const others = reasons.flatMap(({ claim, reason }) =>
    reason === undefined || !claim || claim.terminating
      ? []
      : [{ kind: StepKind.GiveUpVolume, target: claim.name, why: reason, needs, about }],
  );
  return [...(isDone ? [] : [serve]), ...others];
}

/** Requires a quorum. Without one, a broker with an empty volume would be a further loss. */
function lostVolumes(facts: Facts): Step[] {
  const quorum = quorumView(facts);
  if (!quorum) return [];
  return facts.brokers.flatMap((broker) => {
    const { member, claim } = broker;
    const reason = whyLost(facts, broker, quorum.of);
    if (!claim || claim.terminating || reason === undefined) return [];
    const silent = isSilent(facts, claim.boundTo);
    // A broker that is forgotten but keeps its volume could not come back, so both steps have the same requirements.
    const needs = [...(silent ? [Requirement.MachineOff] : []), Requirement.GiveUpVolume];
    const about = { node: claim.boundTo, claim: claim.name };
    const forget: Step = {
      kind: StepKind.Forget,
      target: member,
      why: "with an empty volume it must rejoin as a new member, because the old member would vote on data that it no longer has",
      needs,
      about,
    };
    const isForgettable = quorum.members.includes(member) && !quorum.running.includes(member);
    return [
      ...(isForgettable ? [forget] : []),
      { kind: StepKind.GiveUpVolume, target: claim.name, why: reason, needs, about },
    ];
  });
}

/** Whether the machine may still run, as far as Kubernetes knows. */
function isSilent(facts: Facts, name: string | undefined): boolean {
  const node = facts.nodes.find((each) => each.name === name);
  return node?.presence === Presence.Silent && !node.outOfService;
}

function whyLost(
  facts: Facts,
  { member, claim, podState }: BrokerFacts,
  quorumOf?: string,
): string | undefined {
  if (claim?.lost) return "its volume is gone";
  const home = claim?.boundTo;
  const node = facts.nodes.find(({ name }) => name === home);
  if (home !== undefined && node && isGone(node) && !podState?.ready)
    return `its volume is on ${home}, which ${node.presence === Presence.Absent ? "no longer exists" : "is gone"}`;
  const own = facts.views.find(({ of }) => of === member);
  if (quorumOf !== undefined && own && own.of !== quorumOf && own.members.length === 1 && facts.replicas > 1)
    return "it runs as a separate cluster of one; messages that clients left in its queues are lost with it";
  return undefined;
}

/** A member counts for the quorum until the cluster forgets it. */
function formerMembers(facts: Facts): Step[] {
  const quorum = quorumView(facts);
  const wanted = facts.brokers.map(({ member }) => member);
  return (quorum?.members ?? [])
    .filter((member) => !wanted.includes(member) && !quorum?.running.includes(member))
    .map((member) => ({
      kind: StepKind.Forget,
      target: member,
      why: "the broker no longer exists, but still counts for the quorum",
      needs: [],
      about: {},
    }));
}

function killedDrills({ leftovers }: Facts): Step[] {
  return leftovers.map(({ run, items }) => ({
    kind: StepKind.UndoDrill,
    target: run,
    why: `its command was killed; left: ${items.join(", ")}`,
    needs: [],
    about: {},
  }));
}

/** Queues that have no copy on a running broker. RabbitMQ would add the copies by itself within a minute. */
function missingMembers(facts: Facts): Step[] {
  const quorum = quorumView(facts);
  if (!quorum || !facts.queues) return [];
  const running = facts.brokers.filter(
    ({ member, podState }) => quorum.running.includes(member) && podState?.ready && !podState.terminating,
  );
  return running.flatMap(({ member }) => {
    const withoutCopy = (facts.queues ?? []).filter(({ members }) => !members.includes(member));
    if (withoutCopy.length === 0) return [];
    const why = `${withoutCopy.length} of ${facts.queues?.length} queues have no copy on it`;
    return [{ kind: StepKind.Grow, target: member, why, needs: [], about: {} }];
  });
}
