import type { DeadLetter } from "./letter";

/** Which dead letters a command handles. All conditions must hold. */
export interface Selection {
  readonly id?: string;
  readonly task?: string;
  readonly queue?: string;
  readonly reason?: string;
  /** Limits of the time since its death, in seconds. */
  readonly olderThan?: number;
  readonly newerThan?: number;
}

/** A letter whose age is unknown is neither older nor newer. */
export function isSelected(letter: DeadLetter, selection: Selection, now: number): boolean {
  const { olderThan, newerThan } = selection;
  const age = letter.diedAt === undefined ? undefined : (now - letter.diedAt) / 1000;
  return (
    (["id", "task", "queue", "reason"] as const).every((key) =>
      [undefined, letter[key]].includes(selection[key]),
    ) &&
    (olderThan === undefined || (age !== undefined && age > olderThan)) &&
    (newerThan === undefined || (age !== undefined && age < newerThan))
  );
}

/** Describes a selection in a question. */
export function describeSelection(selection: Selection): string {
  const parts = Object.entries(selection).flatMap(([key, value]) => {
    if (value === undefined) return [];
    return typeof value === "number"
      ? [`${key === "olderThan" ? "older" : "newer"} than ${value} s`]
      : [`${key} ${value}`];
  });
  return parts.length === 0 ? "all" : parts.join(", ");
}
