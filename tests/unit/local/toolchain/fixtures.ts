import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Host, CommandResult } from "../../../../local/toolchain/host";

/** Gives each test its own cache folder. */
export function useTemporaryCache(): { path: string } {
  const cache = { path: "" };
  const before = process.env.HA_CELERY_CACHE;
  beforeEach(() => {
    cache.path = mkdtempSync(join(tmpdir(), "ha-celery-cache-"));
    process.env.HA_CELERY_CACHE = cache.path;
  });
  afterEach(() => {
    if (before === undefined) delete process.env.HA_CELERY_CACHE;
    else process.env.HA_CELERY_CACHE = before;
    rmSync(cache.path, { recursive: true, force: true });
  });
  return cache;
}

/** Results by the beginning of the command line. A command that is not listed cannot be started. */
export type Answers = Record<string, Partial<CommandResult>>;

/**
 * Returns a Debian machine with systemd and an unprivileged user, overridden by `given`. `path` lists its programs.
 */
export function fakeHost(given: Partial<Host> & { path?: string[]; answers?: Answers } = {}) {
  const { path = [], answers = {}, ...rest } = given;
  const calls: string[] = [];
  const host: Host = {
    platform: "linux",
    arch: "x64",
    isRoot: false,
    hasSystemd: true,
    distributions: ["debian"],
    env: { PATH: "/usr/bin" },
    find: (program) => (path.includes(program) ? `/usr/bin/${program}` : undefined),
    run: async (command, args) => {
      const line = [command, ...args].join(" ");
      calls.push(line);
      const answer = Object.entries(answers).find(([start]) => line.startsWith(start))?.[1];
      return { exitCode: answer ? 0 : undefined, stdout: "", stderr: answer ? "" : "ENOENT", ...answer };
    },
    ...rest,
  };
  return Object.assign(host, { calls });
}

/** Collects reported lines. */
export function recorder(): { report: (line: string) => void; lines: string[] } {
  const lines: string[] = [];
  return { lines, report: (line) => void lines.push(line) };
}
