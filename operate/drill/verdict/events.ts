/** Times are Unix seconds. */
export interface Confirmed {
  readonly id: string;
  readonly at: number;
}

/** A task function has begun. */
export interface Started {
  readonly id: string;
  readonly attempt: number;
  readonly worker: string;
  readonly at: number;
}

/** A task function has ended. */
export interface Finished {
  readonly id: string;
  readonly attempt: number;
  readonly worker: string;
  readonly started: number;
  readonly finished: number;
}

/** Everything that the ledger has seen of a run. */
export interface Events {
  readonly confirmed: readonly Confirmed[];
  readonly started: readonly Started[];
  readonly finished: readonly Finished[];
}

/** A line of the timeline. */
export interface TimelineEvent {
  readonly at: number;
  readonly text: string;
}

/** When things happened, and which workers the fault took away. */
export interface Timeline {
  readonly loadFrom: number;
  /** The fault was there. */
  readonly faultAt: number;
  readonly undoneAt: number;
  /** Three brokers in quorum, every member of every queue online, all workers consuming; undefined when that did not come. */
  readonly wholeAt: number | undefined;
  readonly loadUntil: number;
  /** Workers that the fault killed or cut off: their slots do not count as surviving. Celery host names, `celery@<pod>`. */
  readonly brokenWorkers: readonly string[];
  readonly events: readonly TimelineEvent[];
}
