import type { WorkloadStatus } from "../status/model";

/** A difference between two statuses. */
export interface Change {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly about:
    "node" | "broker" | "leader" | "queue" | WorkloadStatus["kind"] | "dead letters" | "problem" | "cluster";
  /** "bad" if something was lost, "good" if it is back. */
  readonly mood: "bad" | "good" | "neutral";
  readonly text: string;
  /** Number of dead letters before and after. */
  readonly count?: readonly [before: number, after: number];
}

/** A change before its time is known. */
export type Difference = Omit<Change, "at">;

export const difference = (
  about: Difference["about"],
  mood: Difference["mood"],
  text: string,
): Difference => ({ about, mood, text });

/** The difference of a value that is true if all is well. */
export function flipped(
  before: boolean,
  after: boolean,
  about: Difference["about"],
  good: string,
  bad: string,
): Difference[] {
  if (before === after) return [];
  return [after ? difference(about, "good", good) : difference(about, "bad", bad)];
}

/** Compares the things of the same name. One of both is undefined if it appeared or is gone. */
export function paired<T>(
  before: readonly T[],
  after: readonly T[],
  nameOf: (thing: T) => string,
  compare: (name: string, before: T | undefined, after: T | undefined) => Difference[],
): Difference[] {
  const names = new Set([...before, ...after].map(nameOf));
  return [...names].flatMap((name) =>
    compare(
      name,
      before.find((thing) => nameOf(thing) === name),
      after.find((thing) => nameOf(thing) === name),
    ),
  );
}
