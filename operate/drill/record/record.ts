import { messageOf, RefusedError } from "../../errors";
import { unitOf, LIMITS } from "../verdict/limits";
import type { Verdict } from "../verdict/verdict";

/** How a drill ended. */
export const Outcome = {
  Passed: "passed",
  Failed: "failed",
  /** It did not begin, because the installation was not healthy or another drill ran. */
  Refused: "refused",
  /** It ended without a verdict. */
  Broken: "broken",
} as const;
export type Outcome = (typeof Outcome)[keyof typeof Outcome];

/** Numbers of a verdict that are kept. */
type Figures = Pick<
  Verdict,
  | "confirmed"
  | "lost"
  | "duplicated"
  | "publishGapSeconds"
  | "consumeGapSeconds"
  | "workerBackSeconds"
  | "redeliverySeconds"
  | "fullStrengthSeconds"
>;

/** What is kept of a drill. */
export interface DrillRecord extends Partial<Figures> {
  readonly run: string;
  readonly scene: string;
  readonly outcome: Outcome;
  /** ISO 8601, like `finishedAt`. */
  readonly startedAt: string;
  readonly finishedAt: string;
  /** Why it did not pass. */
  readonly reasons: readonly string[];
}

/** Each record must be small, because a ConfigMap holds all of them. */
const MOST_REASONS = 5;
const LONGEST_REASON = 500;

/** What is known when a drill begins. */
export type Began = Pick<DrillRecord, "run" | "scene"> & { readonly startedAt: Date };

/** Record of a drill with a verdict. */
export function recordOf(began: Began, verdict: Verdict, now = new Date()): DrillRecord {
  const { confirmed, lost, duplicated, publishGapSeconds, consumeGapSeconds } = verdict;
  const { workerBackSeconds, redeliverySeconds, fullStrengthSeconds } = verdict;
  return {
    ...common(began, verdict.passed ? Outcome.Passed : Outcome.Failed, verdict.reasons, now),
    confirmed,
    lost,
    duplicated,
    publishGapSeconds,
    consumeGapSeconds,
    workerBackSeconds,
    redeliverySeconds,
    fullStrengthSeconds,
  };
}

/** Record of a drill that ended with an error. */
export const recordOfError = (began: Began, error: unknown, now = new Date()): DrillRecord =>
  common(began, error instanceof RefusedError ? Outcome.Refused : Outcome.Broken, [messageOf(error)], now);

const common = (
  { run, scene, startedAt }: Began,
  outcome: Outcome,
  reasons: readonly string[],
  now: Date,
): DrillRecord => ({
  run,
  scene,
  outcome,
  startedAt: startedAt.toJSON(),
  finishedAt: now.toJSON(),
  reasons: reasons.slice(0, MOST_REASONS).map((reason) => reason.slice(0, LONGEST_REASON)),
});

const SENTENCES: Readonly<Record<Outcome, string>> = {
  passed: "passed",
  failed: "failed",
  refused: "was refused",
  broken: "ended without a verdict",
};

/** One sentence for people: `Drill drain of celery/celery-broker passed: 812 tasks confirmed, 0 lost, ...`. */
export function sentenceOf(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  record: DrillRecord,
): string {
  const { scene, outcome, reasons, confirmed, lost, duplicated } = record;
  const counts =
    confirmed === undefined
      ? []
      : [`${confirmed} tasks confirmed, ${lost} lost, ${duplicated} duplicated`, ...gapsOf(record)];
  const details = [...reasons, ...(counts.length > 0 ? [counts.join(", ")] : [])].join("; ");
  return `Drill ${scene} of ${namespace}/${name} ${SENTENCES[outcome]}: ${details} (${record.run})`;
}

const gapsOf = (record: DrillRecord): string[] =>
  LIMITS.flatMap((limit) => {
    const { key, figure } = limit;
    const value = key.endsWith("Seconds") ? record[key as keyof Figures] : undefined;
    return typeof value === "number" ? [`${figure} ${value}${unitOf(limit)}`] : [];
  });
