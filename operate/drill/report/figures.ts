import { holds, LIMITS, unitOf } from "../verdict/limits";
import type { Verdict } from "../verdict/verdict";

/** One line of a report. */
export interface Figure {
  readonly name: string;
  readonly value: string;
  /** Empty when there is none. */
  readonly limit: string;
  /** Undefined when there is no limit. */
  readonly held: boolean | undefined;
  readonly meaning: string;
}

/** All figures of a verdict, in the order of a report. */
export function figuresOf(verdict: Verdict): Figure[] {
  const { confirmed, executed, lost } = verdict;
  return [
    free("confirmed", confirmed, "tasks that the broker has confirmed"),
    free("executed", executed, "tasks that finished at least once"),
    {
      name: "lost",
      value: count(lost),
      limit: "0",
      held: lost === 0,
      meaning: "confirmed tasks that never finished",
    },
    ...LIMITS.map((limit): Figure => {
      const [figure, most, unit] = [verdict[limit.key], verdict.limits[limit.key], unitOf(limit)];
      const atMost = most === undefined ? "" : `${limit.exact ? "" : "≤ "}${count(most)}${unit}`;
      return {
        name: limit.figure,
        value: figure === null ? "-" : count(figure) + unit,
        limit: atMost,
        held: holds(limit, verdict.limits, figure),
        meaning: limit.meaning,
      };
    }),
  ];
}

/** `drain passed: 1,234 tasks confirmed, 0 lost, 2 duplicated` */
export const headline = ({ scene, passed, confirmed, lost, duplicated }: Verdict): string =>
  `${scene} ${passed ? "passed" : "FAILED"}: ${count(confirmed)} tasks confirmed, ${count(lost)} lost, ${count(duplicated)} duplicated`;

/** Thousands with commas, whatever the machine's language. */
export const count = (value: number): string => value.toLocaleString("en", { maximumFractionDigits: 2 });

export const seconds = (value: number | null): string => (value === null ? "-" : `${count(value)} s`);

/** What became of a worker, in a word. */
export const fateOf = ({ survived, joined }: Verdict["workers"][number]): string =>
  joined ? "joined" : survived ? "survived" : "broken";

function free(name: string, value: number, meaning: string): Figure {
  return { name, value: count(value), limit: "", held: undefined, meaning };
}
