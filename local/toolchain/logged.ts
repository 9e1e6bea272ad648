import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { execa, type ExecaError } from "execa";
import { UserError } from "../../operate/errors";
import { cacheDir } from "../paths";
import type { Report } from "../report";
import type { CommandOptions } from "./commandOptions";

const REPORT_EVERY_MS = 20_000;
const LINES_IN_ERROR = 12;

/**
 * Runs a long command. Writes its output to a log file, reports progress every 20 s, and shows the end of the log on
 * failure.
 */
export async function runLogged(
  what: string,
  command: string,
  args: string[],
  options: CommandOptions,
  report: Report,
): Promise<void> {
  const log = openLog(what.replaceAll(" ", "-"));
  const stopReporting = reportElapsed(what, report, () => lastLine(readFileSync(log.path, "utf8")));
  // Written directly to the file, so that a command whose parent was killed does not fail with a broken pipe.
  const result = await execa(command, args, { ...options, reject: false, stdio: ["ignore", log.fd, log.fd] });
  stopReporting();
  closeSync(log.fd);
  if (!result.failed) return;
  throw new UserError(
    `${what} failed: ${exitMessage(result)}\n${lastLines(log.path)}\nFull log: ${log.path}\n` +
      "Completed work is kept; run the same command again to continue.",
  );
}

/** Opens an empty log file. */
export function openLog(name: string): { path: string; fd: number } {
  mkdirSync(logFolder(), { recursive: true });
  const path = join(logFolder(), `${name}.log`);
  return { path, fd: openSync(path, "w") };
}

/** Returns execa's message about a failed command. Its types lack the message for calls that do not throw. */
export function exitMessage(result: object): string {
  return (result as Partial<ExecaError>).shortMessage ?? "it exited";
}

/** Returns the last lines of a log, indented. */
export function lastLines(log: string): string {
  return indent(readFileSync(log, "utf8").trimEnd().split("\n").slice(-LINES_IN_ERROR).join("\n"));
}

/** Reports elapsed time and progress every 20 s, until the returned function is called. */
export function reportElapsed(what: string, report: Report, progress: () => string = () => ""): () => void {
  const started = Date.now();
  const timer = setInterval(() => {
    const detail = progress();
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
