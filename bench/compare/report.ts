import { max, median, min } from "d3-array";
import { shorten } from "../../operate/shorten";
import { newTable } from "../../operate/table";
import { markdown, measuredBy, writeSection } from "../document";
import { COMPARED, DESIGNS } from "./designs";
import { OURS } from "./contestant";
import type { Figures, Result } from "./results";

export interface Page {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly notes: readonly string[];
}

/** Names of all designs, in the order of the tables. */
export const NAMES: readonly string[] = [OURS, ...DESIGNS.map(({ name }) => name)];

const LONGEST_REASON = 160;

const HEAD = [
  "fault",
  "design",
  "rounds",
  "tasks",
  "lost",
  "duplicated",
  "publish gap, s",
  "consume gap, s",
  "healthy again, s",
];

/** One row for each fault and design: medians, and in parentheses the range over all rounds. */
export function faultPage(results: readonly Result[]): Page {
  const rows = COMPARED.flatMap((scene) =>
    NAMES.flatMap((design) => {
      const own = ofPair(results, scene, design);
      return own.length === 0 ? [] : [[scene, design, ...cells(own)]];
    }),
  );
  return { head: HEAD, rows, notes: [...failures(results), ...loadNote(results)] };
}

export const ofPair = (results: readonly Result[], scene: string, design: string): Result[] =>
  results.filter((each) => each.scene === scene && each.design === design);

export const isMeasured = (results: readonly Result[], scene: string, design: string): boolean =>
  ofPair(results, scene, design).some(({ figures }) => figures !== undefined);

function cells(results: readonly Result[]): string[] {
  const measured = results.flatMap(({ figures }) => (figures ? [figures] : []));
  const rounds =
    measured.length === results.length ? `${measured.length}` : `${measured.length} of ${results.length}`;
  const spread = (of: (figures: Figures) => number | null, digits: number, missing: string) =>
    spreadOf(measured.map(of), digits, missing);
  return [
    rounds,
    spread(({ confirmed }) => confirmed, 0, "-"),
    spread(({ lost }) => lost, 0, "-"),
    spread(({ duplicated }) => duplicated, 0, "-"),
    spread(({ publishGapSeconds }) => publishGapSeconds, 1, "-"),
    spread(({ consumeGapSeconds }) => consumeGapSeconds, 1, "-"),
    spread(({ fullStrengthSeconds }) => fullStrengthSeconds, 0, "never"),
  ];
}

/** `3 (1 to 7)`, with the number of rounds that have no value. */
export function spreadOf(values: readonly (number | null)[], digits: number, missing: string): string {
  const known = values.filter((value) => value !== null);
  const absent = values.length - known.length;
  if (known.length === 0) return values.length === 0 ? "-" : missing;
  const [least, middle, most] = [min(known), median(known), max(known)].map((value) =>
    value?.toFixed(digits),
  );
  const range = least === most ? `${middle}` : `${middle} (${least} to ${most})`;
  return absent === 0 ? range : `${range}; ${absent} x ${missing}`;
}

const failures = (results: readonly Result[]): string[] =>
  results.flatMap(({ design, scene, at, failure }) =>
    failure === undefined ? [] : [`${design}, ${scene}, ${at}: no figures, because ${reason(failure)}`],
  );

/** Why there is no figure, as one line. The whole message is in the file of the figures. */
export const reason = (failure: string): string =>
  shorten(failure.replace(/\s+/g, " ").trim(), LONGEST_REASON);

function loadNote(results: readonly Result[]): string[] {
  const loads = results.map(({ loadAverage }) => loadAverage);
  if (loads.length === 0) return [];
  return [
    `Load average of the machine at the end of each run: ${spreadOf(loads, 1, "-")}. It counts all that runs there, not only this measurement.`,
  ];
}

/** Prints a table, and writes it to docs/reference/benchmarks.md. */
export function publish(part: "faults" | "throughput", { head, rows, notes }: Page): void {
  const table = newTable({ head: [...head] });
  table.push(...rows.map((row) => [...row]));
  console.log(`\n${table.toString()}`);
  for (const note of notes) console.log(note);
  const lines = [
    measuredBy("make compare"),
    "",
    ...markdown(head, rows),
    ...notes.flatMap((note) => ["", note]),
  ];
  console.log(`written to ${writeSection(`make compare, ${part}`, lines)}`);
}
