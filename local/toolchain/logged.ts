import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { execa, type ExecaError } from "execa";
import { UserError } from "../../operate/errors";
import { cacheDir } from "../paths";
import type { Report } from "../report";
import type { CommandOptions } from "./commandOptions";

const REPORT_EVERY_MS = 20_000;
const LINES_IN_ERROR = 12;

/** Runs a long command: its output goes to a log file, people get a line now and then, and a failure shows the log's end. */
export async function runLogged(
  what: string,
  command: string,
  args: string[],
  options: CommandOptions,
  report: Report,
): Promise<void> {
  const log = openLog(what.replaceAll(" ", "-"));
  const stopReporting = reportElapsed(what, report, () => lastLine(readFileSync(log.path, "utf8")));
  // Straight into the file: what outlives a killed parent goes on writing there instead of dying of a broken pipe.
  const result = await execa(command, args, { ...options, reject: false, stdio: ["ignore", log.fd, log.fd] });
  stopReporting();
  closeSync(log.fd);
  if (!result.failed) return;
  throw new UserError(
    `${what} failed: ${exitMessage(result)}\n${lastLines(log.path)}\nWhole output: ${log.path}\n` +
      "What was done so far is kept: the same command goes on from there.",
  );
}

/** An empty log file to write to. */
export function openLog(name: string): { path: string; fd: number } {
  mkdirSync(logFolder(), { recursive: true });
  const path = join(logFolder(), `${name}.log`);
  return { path, fd: openSync(path, "w") };
}

/** How a command ended, in execa's words; its types leave them out of what does not throw. */
export function exitMessage(result: object): string {
  return (result as Partial<ExecaError>).shortMessage ?? "it ended";
}

/** The last lines of a log, set off from our own words. */
export function lastLines(log: string): string {
  return indent(readFileSync(log, "utf8").trimEnd().split("\n").slice(-LINES_IN_ERROR).join("\n"));
}

/** Says every now and then for how long something has been going on, and where it is; the answer stops it. */
export function reportElapsed(what: string, report: Report, where: () => string = () => ""): () => void {
  const started = Date.now();
  const timer = setInterval(() => {
    const detail = where();
    report(`${what}: ${elapsed(Date.now() - started)} so far${detail && ` (${detail})`}`);
  }, REPORT_EVERY_MS);
  return () => clearInterval(timer);
}

const logFolder = (): string => join(cacheDir(), "logs");

export function elapsed(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}

export function indent(text: string): string {
  return text.replaceAll(/^/gm, "  | ");
}

export function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1) ?? "";
}
