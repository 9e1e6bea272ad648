/** Tasks by name, and the worker pools, as `ha-celery tasks --json` prints them. */
export interface TaskReport {
  readonly context: string;
  readonly namespace: string;
  /** Name of the broker's StatefulSet. */
  readonly name: string;
  /** Time that is counted. Undefined if each worker counts from its own start. */
  readonly seconds?: number;
  /** The most frequent one first. */
  readonly tasks: readonly TaskRow[];
  readonly pools: readonly PoolRow[];
}

/** What happened to the tasks of one name. */
export interface TaskRow extends Outcomes {
  readonly task: string;
  /** Queues that they came from. */
  readonly queues: readonly string[];
  /** Messages that workers received, redelivered ones included. */
  readonly received: number;
  /** All outcomes together. */
  readonly ended: number;
  /** Outcomes per second. Undefined if each worker counts from its own start. */
  readonly perSecond?: number;
  /** Undefined if no task has run. */
  readonly runtime?: Durations;
  /** Time from publishing until the task ran. Undefined unless publishers set the header `timestamp_in_ms`. */
  readonly wait?: Durations;
}

/** Every received task has one of these outcomes. */
export interface Outcomes {
  readonly succeeded: number;
  readonly failed: number;
  readonly retried: number;
  /** Became dead letters. */
  readonly rejected: number;
  /** Went back to their queue. */
  readonly returned: number;
  readonly discarded: number;
}

/** Durations in seconds. The percentiles are interpolated in the buckets of a histogram. */
export interface Durations {
  readonly count: number;
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** The largest limit of a bucket. A percentile that equals it is that or longer. */
  readonly limit: number;
}

/** A worker pool, as its processes report it. */
export interface PoolRow {
  readonly pool: string;
  readonly queues: readonly string[];
  /** Pods that have started, and those of them whose metrics were read. */
  readonly pods: number;
  readonly read: number;
  /** Tasks that run, that can run at a time, and that wait for a slot. */
  readonly busy: number;
  readonly slots: number;
  readonly prefetched: number;
}
