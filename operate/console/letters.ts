import type { Group } from "../deadLetters/format";
import type { DeadLetter } from "../deadLetters/letter";
import type { Outcome } from "./routes";

/** Labels of the options of a replay, which the reasons why tasks stay refer to. */
export const CONTROLS = {
  to: "Queue, if not their own",
  ignoreExpires: "Also run tasks that have expired",
} as const;

/** Dead letters that a selection found. */
export interface Listing {
  /** When they were read, in milliseconds since 1970. */
  readonly at: number;
  /** Number of all dead letters, and of the selected ones. */
  readonly total: number;
  readonly selected: number;
  /** Number of the selected ones that have expired. */
  readonly expired: number;
  /** The selected ones by task, queue, and reason. */
  readonly groups: readonly Group[];
  /** The first selected ones, the oldest first. */
  readonly letters: readonly DeadLetter[];
  /** Identifies the selected ones, so that a change touches no others. */
  readonly seen: string;
}

/** What a replay did. */
export interface ReplayOutcome extends Outcome {
  readonly replayed: number;
  /** Letters that stay, and why. */
  readonly kept: readonly { readonly id?: string; readonly task?: string; readonly why: string }[];
}

/** One dead letter, as `ha-celery dead-letters show` prints it. */
export interface LetterDetail extends Omit<DeadLetter, "diedAt"> {
  readonly diedAt?: string;
  /** 1 if it has expired, as in a listing. */
  readonly expired: number;
  readonly routingKey: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  /** As in a listing. */
  readonly at: number;
  readonly seen: string;
}
