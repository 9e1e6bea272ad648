import type { InstallationStatus, Problem } from "../status/model";
import { type Difference, difference } from "./difference";

type Texts = readonly Pick<Problem, "text">[];

/**
 * Identifies a problem. The same one may have other figures and other reasons in each status, and a node that is not
 * ready is called silent after a minute. Names keep their digits.
 */
export function keyOf(text: string): string {
  const subject = /^(?:node (?!\S+ is cordoned)|(?:worker pool|beat|ledger) )[^\s:]+/.exec(text)?.[0];
  return subject ?? text.replace(/(?<![\w.-])\d+(?![\w.-])/g, "#");
}

/** Problems that the changes of nodes, brokers, queues and pools tell, too. One with a reason says more than they do. */
const TOLD: readonly RegExp[] = [
  /^node \S+ (?:is not ready|has been silent|is cordoned)/,
  /^\S+ (?:is not ready|is terminating) on \S+$/,
  /^\S+ (?:is not scheduled|has no pod|is a member that is not running)$/,
  /^no broker reports its (?:queues|cluster)$/,
  /queues have fewer than \d+ copies online/,
  /^(?:worker pool|beat|ledger) \S+: \d+ of \d+ pods are ready$/,
  /^queue \S+ has \d+ tasks and no consumer$/,
  /^\S+ alarm on \S+, which blocks all publishers$/,
  /^\d+ dead letters?\b/,
];

/** A duration that grows with each status says nothing about the moment of a change. */
const withoutDuration = (text: string): string => text.replace(/ (?:for|in) \d+ (?:s|min|h|days),?/, "");

/** Returns the problems that appeared, and those that are solved, unless another change tells the same. */
export function problemChanges(before: InstallationStatus, after: InstallationStatus): Difference[] {
  return [
    ...missing(after.problems, before.problems).map((text) => difference("problem", "bad", text)),
    ...missing(before.problems, after.problems).map((text) =>
      difference("problem", "good", `solved: ${text}`),
    ),
  ];
}

/** Texts of the problems that are not among others. */
function missing(problems: Texts, others: Texts): string[] {
  const known = new Set(others.map(({ text }) => keyOf(text)));
  return problems
    .map(({ text }) => text)
    .filter((text) => !known.has(keyOf(text)) && !TOLD.some((pattern) => pattern.test(text)))
    .map(withoutDuration);
}

/** When a problem began. */
export interface Begin {
  /** Milliseconds since 1970. */
  readonly since: number;
  /** Nobody looked before, so it may have begun earlier. */
  readonly orEarlier: boolean;
  /** When it was seen last. */
  readonly seen: number;
}

/** Begins of problems by their keys. */
export type Begins = Readonly<Record<string, Begin>>;

/** A problem that was away for less is the same one, because brokers do not answer each time. */
const AWAY_MS = 30_000;

/** Adds the problems of a status. `before` is the time of the one before it, if that was shortly before. */
export function beginsAfter(begins: Begins, problems: Texts, at: number, before: number | undefined): Begins {
  const kept = Object.entries(begins).filter(([, { seen }]) => seen > at - AWAY_MS);
  const current = problems.map(({ text }): [string, Begin] => {
    const { since = at, orEarlier = before === undefined } = begins[keyOf(text)] ?? {};
    return [keyOf(text), { since, orEarlier, seen: at }];
  });
  return Object.fromEntries([...kept, ...current]);
}
