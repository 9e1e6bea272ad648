import type { Leftovers } from "../drill/leftovers";

/** Observed state of an installation, from which the plan is made. */
export interface Facts {
  /** Name of the StatefulSet. */
  readonly name: string;
  readonly namespace: string;
  readonly replicas: number;
  /**
   * The brokers stop for good, because the namespace or StatefulSet is being deleted or the StatefulSet was scaled to
   * 0.
   */
  readonly ending: boolean;
  readonly brokers: readonly BrokerFacts[];
  /** Kubernetes nodes that have the out-of-service taint, or pods or volumes of the installation. */
  readonly nodes: readonly NodeFacts[];
  /** How each broker that answers sees its cluster. */
  readonly views: readonly ClusterView[];
  /** Undefined if no broker reports its queues. */
  readonly queues: readonly QueueFacts[] | undefined;
  /** One sentence for each alarm. An alarm blocks all publishers. */
  readonly alarms: readonly string[];
  /** What drills have left behind that were killed. */
  readonly leftovers: readonly Leftovers[];
}

/** State of one ordinal of the StatefulSet. */
export interface BrokerFacts {
  readonly pod: string;
  /** `rabbit@...` */
  readonly member: string;
  readonly podState: PodFacts | undefined;
  readonly claim: ClaimFacts | undefined;
}

export interface PodFacts {
  /** Empty if the pod is not scheduled. */
  readonly kubernetesNode: string;
  readonly ready: boolean;
  readonly terminating: boolean;
  /** Has the label that lets it stop without waiting for its peers. */
  readonly released: boolean;
  /** Was created from an older template of the StatefulSet. */
  readonly outdated: boolean;
  /** Has an empty volume, and has waited at least a minute for another broker to serve. */
  readonly waitsEmpty: boolean;
  /** Has a volume with data, and has run for at least a minute without serving. */
  readonly waitsForPeers: boolean;
  /** Why a container is not running, for example ImagePullBackOff, or why the pod is not scheduled. */
  readonly problem: string;
}

export interface ClaimFacts {
  readonly name: string;
  readonly terminating: boolean;
  /** Kubernetes reports that its volume is gone. */
  readonly lost: boolean;
  /** The only Kubernetes node that can use the volume. */
  readonly boundTo: string | undefined;
}

export interface NodeFacts {
  readonly name: string;
  readonly presence: Presence;
  /** Seconds since its last heartbeat. */
  readonly silentSeconds: number;
  /** Has the taint node.kubernetes.io/out-of-service. */
  readonly outOfService: boolean;
  /** Names of the installation's pods on it. */
  readonly pods: readonly string[];
}

export const Presence = {
  Ready: "ready",
  /** Not ready, or silent for a short time. It may come back. */
  Doubtful: "doubtful",
  /** Not ready, and silent for a long time. The cluster cannot know whether the machine is off. */
  Silent: "silent",
  /** The cloud provider reports that the machine is off. */
  Off: "off",
  /** The Node object no longer exists. */
  Absent: "absent",
} as const;
export type Presence = (typeof Presence)[keyof typeof Presence];

/** The cluster as one broker sees it. All names are `rabbit@...`. */
export interface ClusterView {
  /** The broker whose view it is. */
  readonly of: string;
  readonly members: readonly string[];
  readonly running: readonly string[];
}

export interface QueueFacts {
  readonly name: string;
  readonly members: readonly string[];
  readonly online: readonly string[];
}

export const isGone = ({ presence }: NodeFacts): boolean =>
  presence === Presence.Silent || presence === Presence.Off || presence === Presence.Absent;

/** Returns the view of a broker whose cluster has a quorum. Undefined if there is none. */
export function quorumView({ views, replicas }: Facts): ClusterView | undefined {
  const majority = Math.floor(replicas / 2) + 1;
  return views.find(({ running }) => running.length >= majority);
}

/** Returns the view of a broker whose cluster has the most running members. Undefined if no broker answers. */
export function largestView<View extends ClusterView>({
  views,
}: {
  readonly views: readonly View[];
}): View | undefined {
  return [...views].sort((one, other) => other.running.length - one.running.length)[0];
}
