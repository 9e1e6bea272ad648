import { max, median, min } from "d3-array";
import { newTable } from "../../operate/table";
import { markdown, measuredBy, writeSection } from "../document";
import type { Outcome } from "./faults";
import type { Rates } from "./throughput/turns";

interface Page {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const SIDE_BY_SIDE = "ours \\| seed";
const FAULT_HEAD = ["tasks", "lost", "duplicated", "publish gap, s", "consume gap, s", "recovered, s"];

/** Compares both designs scene by scene. A note says why a design has no figures. */
export function faultPage(ours: readonly Outcome[], seed: readonly Outcome[]): Page & { notes: string[] } {
  const pairs = ours.map((one) => [one, seed.find(({ scene }) => scene === one.scene)] as const);
  const rows = pairs.map(([one, other]) => {
    const [left, right] = [figures(one), figures(other)];
    return [one.scene, ...left.map((figure, index) => `${figure} \\| ${right[index]}`)];
  });
  const notes = pairs.flatMap(([one, other]) => [noteOf("ours", one), noteOf("seed", other)].flat());
  return { head: ["scene", ...FAULT_HEAD.map((name) => `${name} (${SIDE_BY_SIDE})`)], rows, notes };
}

function figures(outcome: Outcome | undefined): string[] {
  const verdict = outcome?.verdict;
  if (!verdict) return FAULT_HEAD.map(() => "?");
  const { confirmed, lost, duplicated, publishGapSeconds, consumeGapSeconds, fullStrengthSeconds } = verdict;
  const seconds = [publishGapSeconds, consumeGapSeconds].map((gap) => (gap === null ? "-" : gap.toFixed(1)));
  return [
    ...[confirmed, lost, duplicated].map(String),
    ...seconds,
    fullStrengthSeconds === null ? "never" : fullStrengthSeconds.toFixed(0),
  ];
}

function noteOf(side: string, outcome: Outcome | undefined): string[] {
  if (!outcome?.failure) return [];
  return [`${side}, ${outcome.scene}: no figures, because ${outcome.failure.replaceAll("\n", " ").trim()}`];
}

/** Returns the medians of all rounds, and the ratios of both designs within a round. */
export function throughputPage(rates: ReadonlyMap<string, Rates>): Page {
  const rows = [...rates].map(([title, { ours, seed }]) => {
    const ratios = ours.flatMap((rate, round) => {
      const other = seed[round];
      return rate === undefined || other === undefined ? [] : [rate / other];
    });
    const [least, middle, most] = [min(ratios), median(ratios), max(ratios)].map(
      (ratio) => ratio?.toFixed(2) ?? "-",
    );
    return [
      title,
      ...[ours, seed].map((each) => median(each)?.toFixed(0) ?? "-"),
      ratios.length > 1 ? `${middle} (${least} to ${most})` : (middle ?? "-"),
    ];
  });
  return { head: ["what", "ours", "seed", "ours / seed (least to most)"], rows };
}

/** Prints a table, and writes it to docs/reference/benchmarks.md. */
export function publish(
  part: "faults" | "throughput",
  { head, rows }: Page,
  notes: readonly string[] = [],
): void {
  const table = newTable({ head: head.map(unescaped) });
  table.push(...rows.map((row) => row.map(unescaped)));
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

const unescaped = (text: string): string => text.replaceAll("\\|", "|");
