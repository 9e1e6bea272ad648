import type { Level } from "../cluster/brokers";
import type { DeadLetters } from "../cluster/deadLetters";

/** State of an installation, as `ha-celery status --json` prints it. */
export interface InstallationStatus {
  readonly context: string;
  readonly namespace: string;
  /** Name of the broker's StatefulSet. */
  readonly name: string;
  /** What is wrong, the most urgent first. None if the installation is healthy. */
  readonly problems: readonly Problem[];
  readonly nodes: readonly NodeStatus[];
  readonly brokers: readonly BrokerStatus[];
  /** All but those that hold delayed tasks. Undefined if no broker answers. */
  readonly queues: readonly QueueStatus[] | undefined;
  /** Tasks with a countdown or an eta that is not reached. Undefined if no broker answers. */
  readonly delayed: number | undefined;
  /** Undefined if there are none. */
  readonly deadLetters?: DeadLetters;
  readonly workloads: readonly WorkloadStatus[];
}

/** Something that is wrong, and its fix. */
export interface Problem {
  readonly text: string;
  /** A command, or what to do. */
  readonly cure: string;
}

/** A machine that runs pods of the installation. */
export interface NodeStatus {
  readonly name: string;
  readonly ready: boolean;
  readonly cordoned: boolean;
  readonly pods: readonly string[];
}

/** A broker of the StatefulSet. */
export interface BrokerStatus {
  readonly pod: string;
  readonly kubernetesNode: string;
  readonly ready: boolean;
  /** It runs as a member of the cluster that the others form. */
  readonly member: boolean;
  /** Number of queues that it leads. */
  readonly leads: number;
  /** The rest is undefined if the broker does not run. */
  readonly memory?: Level;
  readonly disk?: Level;
  readonly alarms?: readonly string[];
}

export interface QueueStatus {
  readonly name: string;
  readonly ready: number;
  readonly unacknowledged: number;
  readonly consumers: number;
  /** Copies that are online, and all. */
  readonly online: number;
  readonly copies: number;
}

/** Workers, beat, or ledger. */
export interface WorkloadStatus {
  readonly kind: "worker pool" | "beat" | "ledger";
  readonly name: string;
  readonly ready: number;
  readonly wanted: number;
  /** Queues of a worker pool. */
  readonly queues: readonly string[];
  /** Pods that are not ready. */
  readonly unready: readonly string[];
  /** Why they are not, for example ImagePullBackOff, or why the rollout does not proceed. */
  readonly reasons: readonly string[];
}
