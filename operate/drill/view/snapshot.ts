import type { TimelineEvent } from "../verdict/events";

/** State of a drill at one time, as the live view shows it. */
export interface Snapshot {
  /** Unix seconds. */
  readonly at: number;
  readonly scene: string;
  readonly run: string;
  /** Current phase, for example "load" or "recovering". */
  readonly phase: string;
  /** Time since the drill began. */
  readonly elapsedSeconds: number;
  readonly nodes: readonly NodeState[];
  readonly brokers: readonly BrokerState[];
  readonly workers: readonly WorkerState[];
  /** Undefined while no broker answers. */
  readonly queue: LiveQueue | undefined;
  readonly publishedPerSecond: number;
  readonly executedPerSecond: number;
  /** Number of confirmed tasks so far, by id. */
  readonly confirmed: number;
  /** Number of executed tasks so far, by id. */
  readonly executed: number;
  /** The same rates over time, one value per second, newest last. The view shows as many as fit. */
  readonly history: {
    readonly publishedPerSecond: readonly number[];
    readonly executedPerSecond: readonly number[];
  };
  /** All events so far, newest last. The view shows the last ones. */
  readonly events: readonly TimelineEvent[];
}

export interface NodeState {
  readonly name: string;
  readonly ready: boolean;
  /** False if cordoned. */
  readonly schedulable: boolean;
}

export interface BrokerState {
  readonly pod: string;
  readonly kubernetesNode: string;
  readonly ready: boolean;
  /** It leads the drill's queue. */
  readonly leader: boolean;
}

export interface WorkerState {
  readonly pod: string;
  readonly kubernetesNode: string;
  readonly ready: boolean;
  /** Tasks finished per second. */
  readonly perSecond: number;
}

/** The drill's queue. Counts are undefined until its leader has reported them, such as after an election. */
export interface LiveQueue {
  readonly ready?: number;
  readonly unacknowledged?: number;
  readonly consumers?: number;
  readonly membersOnline: number;
  readonly members: number;
}
