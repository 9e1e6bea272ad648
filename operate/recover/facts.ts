/** What was found of an installation: everything that the plan is made of. */
export interface Facts {
  /** Of the StatefulSet. */
  readonly name: string;
  readonly namespace: string;
  readonly replicas: number;
  /** The namespace or the StatefulSet is being deleted, or the StatefulSet was scaled to nothing: the brokers are to stop for good. */
  readonly ending: boolean;
  readonly brokers: readonly BrokerFacts[];
  /** Kubernetes nodes that carry the taint of this tool, or pods of the installation. */
  readonly nodes: readonly NodeFacts[];
  /** What the brokers that answer say of their cluster. */
  readonly views: readonly View[];
  /** Undefined when no broker tells. */
  readonly queues: readonly QueueFacts[] | undefined;
}

/** One ordinal of the StatefulSet. */
export interface BrokerFacts {
  readonly pod: string;
  /** `rabbit@...` */
  readonly member: string;
  readonly podState: PodFacts | undefined;
  readonly claim: ClaimFacts | undefined;
}

export interface PodFacts {
  /** Empty: not scheduled. */
  readonly kubernetesNode: string;
  readonly ready: boolean;
  readonly terminating: boolean;
  /** Carries the label by which it stops without waiting for its peers. */
  readonly released: boolean;
  /** It is not of the StatefulSet's newest template. */
  readonly outdated: boolean;
  /** Why a container does not run, for example ImagePullBackOff, or why the pod is not scheduled. */
  readonly trouble: string;
}

export interface ClaimFacts {
  readonly name: string;
  readonly terminating: boolean;
  /** Kubernetes says that its volume is gone. */
  readonly lost: boolean;
  /** The only Kubernetes node where the volume can be used. */
  readonly boundTo: string | undefined;
}

export interface NodeFacts {
  readonly name: string;
  readonly presence: Presence;
  /** Seconds since its last sign of life. */
  readonly silentSeconds: number;
  /** Carries the taint node.kubernetes.io/out-of-service. */
  readonly outOfService: boolean;
  /** Pods of the installation on it, by name. */
  readonly pods: readonly string[];
}

export const Presence = {
  Ready: "ready",
  /** Not ready, or silent for a short time only: it may come back. */
  Doubtful: "doubtful",
  /** Not ready, and silent for long. Whether the machine is off nobody in the cluster can know. */
  Silent: "silent",
  /** The cloud says that the machine is off. */
  Off: "off",
  /** There is no such Node any more. */
  Absent: "absent",
} as const;
export type Presence = (typeof Presence)[keyof typeof Presence];

/** The cluster as one broker sees it; all are `rabbit@...`. */
export interface View {
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

/** The view of the cluster that has a quorum; undefined when none has. */
export function quorumView({ views, replicas }: Facts): View | undefined {
  const majority = Math.floor(replicas / 2) + 1;
  return views.find(({ running }) => running.length >= majority);
}
