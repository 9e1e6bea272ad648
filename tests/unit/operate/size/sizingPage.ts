import { readFileSync } from "node:fs";
import { type Capacity, capacityOf } from "../../../../operate/size/capacity";
import { type Figure, FIGURES } from "../../../../operate/size/figures";
import { settingsOf } from "../../program/stacksPage";
import { resolveWish } from "../../../../operate/size/wish";
import { load } from "./load";

/** The page whose tables are computed. */
export const PAGE = "docs/how-to/sizing.md";
export const readPage = () => readFileSync(PAGE, "utf8");
export const SIZED = ["dev", "staging", "prod"];

/** What the brokers of a stack carry, with tasks of 1 kB. */
export const brokersOf = (stack: string): Capacity => capacityOf(settingsOf(stack), resolveWish(load()));

function capacityTable(): string {
  const columns = SIZED.map(brokersOf);
  const count = (value: number) => value.toLocaleString("en-US");
  return table(
    ["", ...SIZED],
    [
      ["tasks/s of 1 kB", ...columns.map(({ tasksPerSecond }) => count(tasksPerSecond))],
      ["of these, tasks that may wait", ...columns.map(({ backlog }) => count(backlog))],
    ],
  );
}

function figureTable(): string {
  const rows = Object.values(FIGURES).map((figure: Figure) => [
    figure.meaning,
    amount(figure.value, figure.unit),
    figure.range ? figure.range.map((end) => amount(end)).join(" to ") : "",
    figure.basis === "estimate" ? "**estimate**" : figure.basis,
    figure.source.startsWith("https:")
      ? `[page](${figure.source})`
      : `[${nameOf(figure.source)}](../${figure.source})`,
  ]);
  return table(["figure", "planned with", "range", "basis", "source"], rows);
}

/** The page with its computed tables. */
export const withTables = (page: string): string =>
  Object.entries({ capacity: capacityTable(), figures: figureTable() }).reduce(
    (text, [name, computed]) =>
      text.replace(
        new RegExp(`(<!-- begin: ${name} -->\n)[^]*?(<!-- end: ${name} -->)`),
        (_, begin: string, end: string) => `${begin}\n${computed}\n\n${end}`,
      ),
    page,
  );

const nameOf = (source: string) => source.replace(/^.*\//, "");
const amount = (value: number, unit = "") => `${value.toLocaleString("en-US")} ${unit}`.trim();
const table = (head: string[], rows: string[][]) =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
