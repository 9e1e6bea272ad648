import Table from "cli-table3";
import pc from "picocolors";
import type { Verdict } from "../verdict/verdict";
import { count, fateOf, type Figure, figuresOf, headline, seconds } from "./figures";

/** Without rules between the rows. */
const PLAIN = {
  style: { head: [], border: [] },
  chars: { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" },
};

/** One verdict, for people. */
export function verdictTable(verdict: Verdict): string {
  const figures = new Table({
    ...PLAIN,
    head: bold("", "measured", "limit", ""),
    colAligns: ["left", "right", "right", "left"],
  });
  for (const figure of figuresOf(verdict))
    figures.push([figure.name, painted(figure), figure.limit, figure.meaning]);
  const workers = new Table({
    ...PLAIN,
    head: bold("worker", "", "executed", "back after"),
    colAligns: ["left", "left", "right", "right"],
  });
  for (const each of verdict.workers)
    workers.push([each.worker, fateOf(each), count(each.executed), seconds(each.backSeconds)]);
  const more = Object.entries(verdict.more).map(([name, value]) => `${name}: ${value}`);
  const paint = verdict.passed ? pc.green : pc.red;
  return [
    paint(pc.bold(headline(verdict))),
    ...verdict.reasons.map((reason) => pc.red(`  ${reason}`)),
    figures.toString(),
    ...(verdict.workers.length > 0 ? [workers.toString()] : []),
    ...more,
  ].join("\n");
}

/** Many verdicts, a row each. */
export function summaryTable(verdicts: readonly Verdict[]): string {
  const head = ["scene", "verdict", "confirmed", "lost", "duplicated", "publish gap", "consume gap"];
  head.push("worker back", "redelivery", "full strength");
  const table = new Table({
    ...PLAIN,
    // Two lines, so that the table fits into a terminal.
    head: bold(...head.map((name) => name.replace(" ", "\n"))),
    colAligns: head.map((_, column) => (column < 2 ? "left" : "right")),
  });
  for (const verdict of verdicts) {
    const figures = new Map(figuresOf(verdict).map((figure) => [figure.name, figure]));
    const cells = head.slice(2).map((name) => {
      const figure = figures.get(name);
      return figure ? painted(figure) : "";
    });
    table.push([verdict.scene, verdict.passed ? pc.green("passed") : pc.red("FAILED"), ...cells]);
  }
  const passed = verdicts.filter((verdict) => verdict.passed).length;
  const confirmed = verdicts.reduce((sum, verdict) => sum + verdict.confirmed, 0);
  const lost = verdicts.reduce((sum, verdict) => sum + verdict.lost, 0);
  return `${table.toString()}\n${passed} of ${verdicts.length} drills passed: ${count(confirmed)} tasks confirmed, ${count(lost)} lost`;
}

/** A limit that does not hold is marked without colours, too. */
const painted = ({ value, held }: Figure): string => (held === false ? pc.red(`${value} !`) : value);

const bold = (...names: string[]): string[] => names.map((name) => (name ? pc.bold(name) : name));
