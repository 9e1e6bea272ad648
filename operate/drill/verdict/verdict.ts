import type { ResolvedLimits } from "./limits";

/** The outcome of a drill: what `--json` prints. Seconds are rounded to hundredths, and held to the limits as printed. */
export interface Verdict {
  readonly scene: string;
  readonly run: string;
  readonly passed: boolean;
  /** Why it did not pass, one sentence each. */
  readonly reasons: readonly string[];
  /** Tasks that the broker has confirmed, by id. None at all is a reason to fail: nothing would be proven. */
  readonly confirmed: number;
  /** Tasks that finished at least once, by id, confirmed or not. */
  readonly executed: number;
  /** Confirmed tasks that never finished. */
  readonly lost: number;
  /** Tasks that finished more than once, by id. An execution that began and was cut off does not count. */
  readonly duplicated: number;
  /** Messages in the dead-letter queue because of this run. */
  readonly deadLettered: number;
  readonly lostIds: readonly string[];
  readonly duplicatedIds: readonly string[];
  /** The longest time without a confirm, over all producers, from 2 s before the fault until the end of the load; a gap that reaches
   * beyond either end counts up to there. null: nothing was confirmed, or the load ended before the fault. */
  readonly publishGapSeconds: number | null;
  /** The longest time without a finished task on workers that the fault left alone (those that joined later count as well), from 2 s
   * before the fault until the last finished task or the end of the load, whichever is earlier; with lost tasks until the end of the load.
   * null: no such worker finished a task. Nothing is subtracted for an empty queue. */
  readonly consumeGapSeconds: number | null;
  /** How long within that gap no confirmed task was waiting or running: the queue was empty, for example because publishing stood still.
   * A task that a broken worker took along counts as neither until it begins again. */
  readonly starvedSeconds: number | null;
  /** From the fault until the tasks that it cut off (begun, and not finished there) began again, on whichever worker, the longest. Tasks
   * that never began again are in `lost`; tasks that a worker had fetched but not begun cannot be told from waiting ones. null: none was
   * cut off. */
  readonly redeliverySeconds: number | null;
  /** From the undoing of the fault to full strength, 0 when it was there by then. null: it did not come, which is a reason to fail. */
  readonly fullStrengthSeconds: number | null;
  /** The slowest surviving worker. null: none survived, or one that did began no task after the fault. */
  readonly workerBackSeconds: number | null;
  /** By name. */
  readonly workers: readonly WorkerVerdict[];
  /** What it was held to. */
  readonly limits: ResolvedLimits;
  /** Facts of the scene itself. */
  readonly more: Readonly<Record<string, string | number>>;
}

export interface WorkerVerdict {
  /** Celery's host name. */
  readonly worker: string;
  /** It was there before the fault, and the fault did not break it. */
  readonly survived: boolean;
  /** It was first seen after the fault, for example in place of a broken one. */
  readonly joined: boolean;
  /** Finished executions; a duplicate counts each time. */
  readonly executed: number;
  /** Of a worker that survived: from the fault until it had finished a task that it began afterwards, or a later time, if that is longer,
   * in which it ran none, up to the end of the work. So a worker that goes on with what it had fetched and falls silent then is not back.
   * null: it began no task after the fault, or did not survive. */
  readonly backSeconds: number | null;
}
