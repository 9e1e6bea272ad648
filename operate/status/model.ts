import type { Level } from "../cluster/brokers";
import type { DeadLetters } from "../cluster/deadLetters";
import type { QueueRow } from "../queues/read";

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
  /** Stable feature flags of RabbitMQ that are not enabled, which the next upgrade may require. Undefined if no broker
   * answers. */
  readonly disabledFeatureFlags?: readonly string[];
  /** Undefined without TLS. */
  readonly certificate?: CertificateStatus;
}

/** Something that is wrong, and its fix. */
export interface Problem {
  readonly text: string;
  /** A command, or what to do. */
  readonly cure: string;
}

/** Certificate of the brokers. */
export interface CertificateStatus {
  /** Time in ISO 8601. */
  readonly expires: string;
  /** Full days until then, negative afterward. */
  readonly days: number;
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
  readonly version?: string;
  readonly memory?: Level;
  readonly disk?: Level;
  readonly alarms?: readonly string[];
}

export interface QueueStatus extends QueueRow {
  /** Age of the first task that is ready, up to 30 s ago. Undefined if there is none, or if no broker reports it. */
  readonly oldestSeconds?: number;
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
  /** Worker processes that have started and serve metrics. */
  readonly processes: readonly ProcessStatus[];
  /** Undefined unless it is a beat that has started and serves metrics. */
  readonly beat?: BeatStatus;
}

/** A worker, as it reports itself in its metrics. */
export interface ProcessStatus {
  readonly pod: string;
  /** Time since its container started. */
  readonly runningSeconds: number;
  /** A stopped or overloaded process does not. */
  readonly answers: boolean;
  /** It is connected to a broker, and takes tasks. */
  readonly consuming: boolean;
  /** Tasks that it can run at a time. The rest is undefined if it does not answer. */
  readonly slots?: number;
  /** Tasks that run. */
  readonly busy?: number;
  /** Tasks that wait for a slot. */
  readonly prefetched?: number;
  /** Version of Celery. */
  readonly celery?: string;
}

/** Beat, as it reports itself in its metrics. */
export interface BeatStatus {
  readonly answers: boolean;
  /** Seconds since its last tick, at most about 5 unless it waits for a broker. */
  readonly lastTickSeconds?: number;
  /** Periodic tasks that the brokers have not confirmed. Undefined with a scheduler of the app's. */
  readonly overdue?: number;
}
