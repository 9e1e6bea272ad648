import { accessSync, constants, existsSync, readFileSync, statSync } from "node:fs";
import { arch, platform } from "node:os";
import { delimiter, join } from "node:path";
import { execa } from "execa";
import { exitMessage } from "./logged";
import type { CommandOptions } from "./commandOptions";

/** Result of a command. */
export interface CommandResult {
  /** Undefined if the command could not be started, was killed, or timed out. */
  exitCode: number | undefined;
  stdout: string;
  stderr: string;
}

/** The machine that the toolchain runs on. Tests pass a fake one. */
export interface Host {
  platform: string;
  arch: string;
  isRoot: boolean;
  hasSystemd: boolean;
  /** ID and ID_LIKE of /etc/os-release. */
  distributions: string[];
  env: Record<string, string | undefined>;
  find(program: string): string | undefined;
  /** Runs a command and waits for it. Does not throw if the command fails. */
  run(command: string, args: string[], options?: CommandOptions): Promise<CommandResult>;
}

export const thisHost: Host = {
  platform: platform(),
  arch: arch(),
  isRoot: process.getuid?.() === 0,
  hasSystemd: existsSync("/run/systemd/system"),
  distributions: distributions(),
  env: process.env,
  find: (program) => findOnPath(program, process.env.PATH ?? ""),
  run,
};

export function findOnPath(program: string, path: string): string | undefined {
  return path
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, program))
    .find(isExecutable);
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

async function run(command: string, args: string[], options: CommandOptions = {}): Promise<CommandResult> {
  const result = await execa(command, args, {
    reject: false,
    stdin: "ignore",
    env: options.env,
    cwd: options.cwd,
    timeout: (options.timeoutSeconds ?? 0) * 1000,
  });
  const { exitCode, stdout, stderr, failed } = result;
  return { exitCode, stdout: stdout ?? "", stderr: stderr || (failed ? exitMessage(result) : "") };
}

function distributions(): string[] {
  try {
    const lines = readFileSync("/etc/os-release", "utf8").matchAll(/^(?:ID|ID_LIKE)="?([^"\n]*)"?$/gm);
    return [...lines].flatMap(([, names]) => (names ?? "").split(" "));
  } catch {
    return [];
  }
}
