import type { V1Pod } from "@kubernetes/client-node";
import type { ManagementApi } from "./management";

/** A broker node and its location. */
export interface Broker {
  /** `rabbit@...` */
  readonly node: string;
  readonly ordinal: number;
  /** Name of its pod. */
  readonly pod: string;
  readonly kubernetesNode: string;
  readonly ip: string;
  readonly uid: string;
}

/** The broker that runs a command, and how long it may take. */
export interface CommandTarget extends Pick<Broker, "pod"> {
  /** @default 60 */
  readonly timeoutSeconds?: number;
}

/** A quorum queue and its messages. */
export interface QueueCounts {
  readonly name: string;
  readonly leader: string;
  readonly members: readonly string[];
  readonly online: readonly string[];
  readonly messages: number;
  readonly unacknowledged: number;
}

/** State of a quorum queue. Counts are undefined until its leader has reported them, such as after an election. */
export interface QueueState extends Omit<QueueCounts, "messages" | "unacknowledged"> {
  readonly messages?: number;
  readonly unacknowledged?: number;
  readonly consumers?: number;
}

/** What the leader of a queue reports, up to 5 s ago. The rest is undefined until it has reported. */
export interface QueueStatistics {
  readonly name: string;
  readonly consumers?: number;
  /** Tasks that failed a delivery and wait for the next one. */
  readonly returning?: number;
}

/** State of a member of the cluster. */
export interface MemberState {
  /** `rabbit@...` */
  readonly node: string;
  readonly running: boolean;
  /** Of RabbitMQ. Undefined while it does not run. */
  readonly version?: string;
  /** An alarm blocks all publishers of the cluster. */
  readonly alarms: readonly ("memory" | "disk")[];
  /** Undefined while it does not run, like `disk`. */
  readonly memory?: Level;
  readonly disk?: Level;
}

/** An amount in bytes, and the limit at which the broker blocks publishers. */
export interface Level {
  /** Memory in use, or free disk. */
  readonly bytes: number;
  readonly limit: number;
}

/** The broker nodes of one installation. */
export interface Brokers {
  readonly namespace: string;
  /** Name of the StatefulSet. */
  readonly name: string;
  readonly vhost: string;
  readonly replicas: number;
  readonly management: ManagementApi;
  /** Returns the pods that exist now, sorted by ordinal. */
  pods(): Promise<V1Pod[]>;
  /** Returns the same pods as broker nodes. */
  list(): Promise<Broker[]>;
  /**
   * Runs a command in a broker's container, for a minute at most unless it says otherwise. RabbitMQ's command line tools
   * take about a second of CPU.
   */
  exec(broker: CommandTarget, ...command: string[]): Promise<string>;
  queue(name: string): Promise<QueueState>;
  queues(timeoutSeconds?: number): Promise<QueueCounts[]>;
  /** Slower than `queues`, because every node is asked. */
  statistics(): Promise<QueueStatistics[]>;
  /** Returns the members of the cluster, as the broker in the given pod reports it, or any. */
  members(pod?: string, timeoutSeconds?: number): Promise<MemberState[]>;
  /** Makes a broker node the leader of a queue. */
  makeLeader(queue: string, broker: Broker): Promise<void>;
}

/** Returns `mq-0` for `rabbit@mq-0.mq-nodes...`. */
export const podOf = (node: string): string => /@([^.]+)/.exec(node)?.[1] ?? node;
