import type { V1Pod } from "@kubernetes/client-node";
import type { Cluster } from "./cluster";
import type { ManagementApi } from "./management";

/** A broker node and where it is. */
export interface Broker {
  /** `rabbit@...` */
  readonly node: string;
  readonly ordinal: number;
  /** Of the pod. */
  readonly pod: string;
  readonly kubernetesNode: string;
  readonly ip: string;
  readonly uid: string;
}

/** A quorum queue as its leader sees it. */
export interface QueueState {
  readonly name: string;
  readonly leader: string;
  readonly members: readonly string[];
  readonly online: readonly string[];
  readonly messages: number;
  readonly unacknowledged: number;
  readonly consumers: number;
}

/** The broker nodes of one installation. */
export interface Brokers {
  readonly namespace: string;
  /** Of the StatefulSet. */
  readonly name: string;
  readonly vhost: string;
  readonly replicas: number;
  readonly management: ManagementApi;
  /** Pods that exist now, by ordinal. */
  pods(): Promise<V1Pod[]>;
  /** The same, as broker nodes. */
  list(): Promise<Broker[]>;
  /** Runs a command in a broker's container. The command line tools take about a second of CPU. */
  exec(broker: Pick<Broker, "pod">, ...command: string[]): Promise<string>;
  queue(name: string): Promise<QueueState>;
  queues(): Promise<QueueState[]>;
  /** Names of the nodes that run, as a running node sees it. */
  running(): Promise<string[]>;
  /** Makes a broker node the leader of a queue. */
  lead(queue: string, broker: Broker): Promise<void>;
}

export type { Cluster };
