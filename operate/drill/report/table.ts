import type { Colors } from "../../colors";
import { newTable } from "../../table";
import type { Verdict } from "../verdict/verdict";
import { count, fateOf, type Figure, figuresOf, headline, seconds } from "./figures";

/** Omits the lines between rows. */
const WITHOUT_ROW_LINES = { chars: { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" } };

/** Formats one verdict for a terminal. */
export function verdictTable(verdict: Verdict, colors: Colors): string {
  const figures = newTable({
    ...WITHOUT_ROW_LINES,
    head: bold(colors, "", "measured", "limit", ""),
    colAligns: ["left", "right", "right", "left"],
  });
  for (const figure of figuresOf(verdict))
    figures.push([figure.name, marked(figure, colors), figure.limit, figure.meaning]);
  const workers = newTable({
    ...WITHOUT_ROW_LINES,
    head: bold(colors, "worker", "", "executed", "back after"),
    colAligns: ["left", "left", "right", "right"],
  });
  for (const each of verdict.workers)
    workers.push([each.worker, fateOf(each), count(each.executed), seconds(each.backSeconds)]);
  const facts = Object.entries(verdict.more).map(([name, value]) => `${name}: ${value}`);
  const paint = verdict.passed ? colors.green : colors.red;
  return [
    paint(colors.bold(headline(verdict))),
    ...verdict.reasons.map((reason) => colors.red(`  ${reason}`)),
    figures.toString(),
    ...(verdict.workers.length > 0 ? [workers.toString()] : []),
    ...facts,
  ].join("\n");
}

/** Formats several verdicts, one row each. */
export function summaryTable(verdicts: readonly Verdict[], colors: Colors): string {
  const head = ["scene", "verdict", "confirmed", "lost", "duplicated", "publish gap", "consume gap"];
  head.push("worker back", "redelivery", "full strength");
  const table = newTable({
    ...WITHOUT_ROW_LINES,
    // The head has two lines, so that the table fits into a terminal.
    head: bold(colors, ...head.map((name) => name.replace(" ", "\n"))),
    colAligns: head.map((_, column) => (column < 2 ? "left" : "right")),
  });
  for (const verdict of verdicts) {
    const figures = new Map(figuresOf(verdict).map((figure) => [figure.name, figure]));
    const cells = head.slice(2).map((name) => {
      const figure = figures.get(name);
      return figure ? marked(figure, colors) : "";
    });
    const outcome = verdict.passed ? colors.green("passed") : colors.red("FAILED");
    table.push([verdict.scene, outcome, ...cells]);
  }
  const passed = verdicts.filter((verdict) => verdict.passed).length;
  const confirmed = verdicts.reduce((sum, verdict) => sum + verdict.confirmed, 0);
  const lost = verdicts.reduce((sum, verdict) => sum + verdict.lost, 0);
  return `${table.toString()}\n${passed} of ${verdicts.length} drills passed: ${count(confirmed)} tasks confirmed, ${count(lost)} lost`;
}

/** Marks a figure that exceeds its limit with a sign, too, so that the table is readable without colors. */
const marked = ({ value, withinLimit }: Figure, colors: Colors): string =>
  withinLimit === false ? colors.red(`${value} !`) : value;

const bold = (colors: Colors, ...names: string[]): string[] =>
  names.map((name) => (name ? colors.bold(name) : name));
