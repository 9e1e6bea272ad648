import type { ResolvedLimits } from "./limits";

/**
 * Outcome of a drill, which `--json` prints. Seconds are rounded to hundredths and compared with the limits as
 * printed.
 */
export interface Verdict {
  readonly scene: string;
  readonly run: string;
  readonly passed: boolean;
  /** Why the drill failed, one sentence each. */
  readonly reasons: readonly string[];
  /**
   * Number of tasks that the broker confirmed, by id. The drill fails if there are none, because it would prove
   * nothing.
   */
  readonly confirmed: number;
  /** Number of tasks that finished at least once, by id, whether confirmed or not. */
  readonly executed: number;
  /** Number of confirmed tasks that never finished. */
  readonly lost: number;
  /** Number of tasks that finished more than once, by id. Interrupted executions do not count. */
  readonly duplicated: number;
  /** Messages of this run in the dead-letter queue. */
  readonly deadLettered: number;
  readonly lostIds: readonly string[];
  readonly duplicatedIds: readonly string[];
  /**
   * Longest time without a confirm over all producers, from 2 s before the fault until the end of the load. A gap
   * that extends beyond either end counts up to that end. null: nothing was confirmed, or the load ended before the
   * fault.
   */
  readonly publishGapSeconds: number | null;
  /**
   * Longest time without a finished task on workers that the fault did not hit, including workers that joined later.
   * Measured from 2 s before the fault until the last finished task or the end of the load, whichever is earlier.
   * With lost tasks, until the end of the load. null: no such worker finished a task. Nothing is subtracted for an
   * empty queue.
   */
  readonly consumeGapSeconds: number | null;
  /**
   * How long within that gap no confirmed task was waiting or running. The queue was empty, for example because
   * publishing had stopped. A task that a broken worker held counts as neither until it begins again.
   */
  readonly starvedSeconds: number | null;
  /**
   * Longest time from the fault until a task that it interrupted (begun, but not finished on that worker) began again
   * on any worker. Tasks that never began again are in `lost`. Tasks that a worker had prefetched but not begun
   * cannot be told from waiting ones. null: no task was interrupted.
   */
  readonly redeliverySeconds: number | null;
  /**
   * Time from undoing the fault until the installation was healthy. 0 if it was healthy before. null: it did not
   * become healthy, so the drill fails.
   */
  readonly fullStrengthSeconds: number | null;
  /** Time of the slowest surviving worker. null: none survived, or one of them began no task after the fault. */
  readonly workerBackSeconds: number | null;
  /** Sorted by name. */
  readonly workers: readonly WorkerVerdict[];
  /** The limits that applied. */
  readonly limits: ResolvedLimits;
  /** Facts that the scene recorded. */
  readonly more: Readonly<Record<string, string | number>>;
}

export interface WorkerVerdict {
  /** Celery host name. */
  readonly worker: string;
  /** It existed before the fault, and the fault did not break it. */
  readonly survived: boolean;
  /** It first appeared after the fault, for example as a replacement of a broken worker. */
  readonly joined: boolean;
  /** Number of finished executions, including duplicates. */
  readonly executed: number;
  /**
   * For a surviving worker: time from the fault until it finished a task that it began afterward, or its longest
   * later idle time until the end of the work, whichever is longer. A worker that runs the tasks it had prefetched
   * and then stops is therefore not back. null: it began no task after the fault, or did not survive.
   */
  readonly backSeconds: number | null;
}
