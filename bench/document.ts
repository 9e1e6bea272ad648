import { readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { REPOSITORY } from "../local/paths";

const DOCUMENT = join(REPOSITORY, "docs", "reference", "benchmarks.md");

/** Replaces the section that a command wrote before, between two markers. The rest of the page does not change. */
export function withSection(page: string, command: string, lines: readonly string[]): string {
  const [begin, end] = [`<!-- written by ${command} -->`, `<!-- end of ${command} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from)
    throw new Error(`the page has no section for ${command}. Add the lines ${begin} and ${end}`);
  return `${page.slice(0, from)}${begin}\n\n${lines.join("\n")}\n\n${page.slice(to)}`;
}

/** Writes a command's section of docs/reference/benchmarks.md. Returns the path. */
export function writeSection(command: string, lines: readonly string[]): string {
  writeFileSync(DOCUMENT, withSection(readFileSync(DOCUMENT, "utf8"), command, lines));
  return DOCUMENT;
}

/** Formats a Markdown table. */
export const markdown = (head: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);

/** Describes when and on which machine a command measured. */
export function measuredBy(command: string): string {
  const machine = `${cpus().length} cores (${cpus()[0]?.model ?? "?"}), ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}`;
  return `Measured by \`${command}\` on ${new Date().toISOString().slice(0, 10)}: ${machine}.`;
}
