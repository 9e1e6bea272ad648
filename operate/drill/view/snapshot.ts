import type { TimelineEvent } from "../verdict/events";

/** What the live view shows: the state of a drill at one moment. */
export interface Snapshot {
  /** Unix seconds. */
  readonly at: number;
  readonly scene: string;
  readonly run: string;
  /** What the drill is doing, in a few words: "steady state", "load", "fault", "undone", "draining the queue". */
  readonly phase: string;
  /** Since the drill began. */
  readonly elapsedSeconds: number;
  readonly nodes: readonly NodeState[];
  readonly brokers: readonly BrokerState[];
  readonly workers: readonly WorkerState[];
  /** Undefined while no broker answers. */
  readonly queue: LiveQueue | undefined;
  readonly publishedPerSecond: number;
  readonly executedPerSecond: number;
  /** Tasks so far, by id. */
  readonly confirmed: number;
  readonly executed: number;
  /** The same rates over time, one figure per second, the newest last. The view shows as many as fit. */
  readonly history: {
    readonly publishedPerSecond: readonly number[];
    readonly executedPerSecond: readonly number[];
  };
  /** All events so far, the newest last. The view shows the last ones. */
  readonly events: readonly TimelineEvent[];
}

export interface NodeState {
  readonly name: string;
  readonly ready: boolean;
  /** False when cordoned. */
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
  /** Tasks that it finished per second. */
  readonly perSecond: number;
}

/** The drill's queue. */
export interface LiveQueue {
  readonly ready: number;
  readonly unacknowledged: number;
  readonly consumers: number;
  readonly membersOnline: number;
  readonly members: number;
}
