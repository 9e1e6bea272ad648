import type { Limits } from "./limits";

/** The outcome of a drill: what `--json` prints. */
export interface Verdict {
  readonly scene: string;
  readonly run: string;
  readonly passed: boolean;
  /** Why it did not pass, one sentence each. */
  readonly reasons: readonly string[];
  readonly confirmed: number;
  readonly executed: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly deadLettered: number;
  readonly lostIds: readonly string[];
  readonly duplicatedIds: readonly string[];
  /** null: nothing to measure, for example no task was held by a broken worker. */
  readonly publishGapSeconds: number | null;
  readonly consumeGapSeconds: number | null;
  readonly redeliverySeconds: number | null;
  readonly fullStrengthSeconds: number | null;
  /** The slowest surviving worker. */
  readonly workerBackSeconds: number | null;
  readonly workers: readonly WorkerVerdict[];
  readonly limits: Limits;
  /** Facts of the scene itself. */
  readonly more: Readonly<Record<string, string | number>>;
}

export interface WorkerVerdict {
  readonly worker: string;
  readonly survived: boolean;
  readonly executed: number;
  /** Seconds from the fault until it finished a task that it began after the fault. */
  readonly backSeconds: number | null;
}
