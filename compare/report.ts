import Table from "cli-table3";
import { markdown, measuredBy, writeSection } from "../local/bench/document";
import type { Outcome } from "./faults";
import type { Measurement } from "./throughput/measurements";

/** Tasks per second by the title of the measurement. */
export type Rates = ReadonlyMap<string, number>;

interface Page {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const SIDE_BY_SIDE = "ours \\| seed";
const FAULT_HEAD = ["tasks", "lost", "duplicated", "publish gap, s", "consume gap, s", "whole again, s"];

/** Both designs, scene by scene, with the reasons why one has no figures. */
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

export function throughputPage(measurements: readonly Measurement[], ours: Rates, seed: Rates): Page {
  const shown = (rates: Rates, title: string) => {
    const rate = rates.get(title);
    return rate === undefined ? "-" : rate.toFixed(0);
  };
  return {
    head: ["what", "ours", "seed"],
    rows: measurements.map(({ title }) => [title, shown(ours, title), shown(seed, title)]),
  };
}

/** Shows a table, and puts it into docs/benchmarks.md. */
export function publish(part: "faults" | "throughput", { head, rows }: Page, notes: string[] = []): void {
  const table = new Table({ head: head.map(plain), style: { head: [], border: [] } });
  table.push(...rows.map((row) => row.map(plain)));
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

const plain = (text: string): string => text.replaceAll("\\|", "|");
