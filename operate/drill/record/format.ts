import type { Colors } from "../../colors";
import { shorten } from "../../shorten";
import { newTable } from "../../table";
import { type DrillRecord, Outcome } from "./record";

const LONGEST_REASON = 60;

export function formatHistory(records: readonly DrillRecord[], { green, red, yellow }: Colors): string {
  if (records.length === 0) return "no drill is recorded";
  const paint = { passed: green, failed: red, refused: yellow, broken: red } as const;
  const table = newTable({
    head: [
      "finished",
      "scene",
      "outcome",
      "confirmed",
      "lost",
      "duplicated",
      "publish gap",
      "consume gap",
      "reason",
    ],
  });
  for (const each of records)
    table.push([
      each.finishedAt.replace("T", " ").replace(/\.\d+Z$/, "Z"),
      each.scene,
      paint[each.outcome](each.outcome),
      each.confirmed ?? "",
      each.lost ?? "",
      each.duplicated ?? "",
      seconds(each.publishGapSeconds),
      seconds(each.consumeGapSeconds),
      shorten((each.reasons[0] ?? "").replace(/\s+/g, " "), LONGEST_REASON),
    ]);
  const passed = records.filter(({ outcome }) => outcome === Outcome.Passed).length;
  return `${table.toString()}\n${passed} of ${records.length} passed`;
}

const seconds = (value: number | null | undefined): string => (typeof value === "number" ? `${value} s` : "");
