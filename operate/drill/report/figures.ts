import { isWithin, LIMITS, unitOf } from "../verdict/limits";
import type { Verdict } from "../verdict/verdict";

/** Ids of lost or duplicated tasks that a report shows. verdict.json has all. */
export const SHOWN_IDS = 50;

/** One line of a report. */
export interface Figure {
  readonly name: string;
  readonly value: string;
  /** Empty if there is no limit. */
  readonly limit: string;
  /** Undefined if there is no limit. */
  readonly withinLimit: boolean | undefined;
  readonly meaning: string;
}

/** Returns all figures of a verdict in the order of a report. */
export function figuresOf(verdict: Verdict): Figure[] {
  const { confirmed, executed, lost } = verdict;
  return [
    unlimited("confirmed", confirmed, "tasks that the broker confirmed"),
    unlimited("executed", executed, "tasks that finished at least once"),
    {
      name: "lost",
      value: count(lost),
      limit: "0",
      withinLimit: lost === 0,
      meaning: "confirmed tasks that never finished",
    },
    ...LIMITS.map((limit): Figure => {
      const [figure, most, unit] = [verdict[limit.key], verdict.limits[limit.key], unitOf(limit)];
      const atMost = most === undefined ? "" : `${limit.exact ? "" : "≤ "}${count(most)}${unit}`;
      return {
        name: limit.figure,
        value: figure === null ? "-" : count(figure) + unit,
        limit: atMost,
        withinLimit: isWithin(limit, verdict.limits, figure),
        meaning: limit.meaning,
      };
    }),
  ];
}

/** `drain passed: 1,234 tasks confirmed, 0 lost, 2 duplicated` */
export const headline = ({ scene, passed, confirmed, lost, duplicated }: Verdict): string =>
  `${scene} ${passed ? "passed" : "FAILED"}: ${count(confirmed)} tasks confirmed, ${count(lost)} lost, ${count(duplicated)} duplicated`;

/** Formats a number with commas between thousands, independent of the locale. */
export const count = (value: number): string => value.toLocaleString("en", { maximumFractionDigits: 2 });

export const seconds = (value: number | null): string => (value === null ? "-" : `${count(value)} s`);

/** State of a worker after the fault, in one word. */
export const fateOf = ({ survived, joined }: Verdict["workers"][number]): string =>
  joined ? "joined" : survived ? "survived" : "broken";

function unlimited(name: string, value: number, meaning: string): Figure {
  return { name, value: count(value), limit: "", withinLimit: undefined, meaning };
}
