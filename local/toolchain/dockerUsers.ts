import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheDir } from "../paths";
import { isRunning, type Process, runningProcess } from "./process";

/** One file for each process that uses Docker, by process id. The file of a killed process stays, and is ignored. */
const folder = (): string => join(cacheDir(), "docker", "users");

/** Registers this process until it calls `removeUser`, or ends in any other way. */
export function addUser(): void {
  const self = runningProcess(process.pid);
  if (!self) return; // without /proc; Docker is started here only on Linux, so nothing stops it either
  mkdirSync(folder(), { recursive: true });
  writeFileSync(fileOf(self.pid), JSON.stringify(self));
}

export function removeUser(): void {
  rmSync(fileOf(process.pid), { force: true });
}

/** Returns the ids of the other registered processes, and removes the files of those that no longer run. */
export function otherUsers(): number[] {
  mkdirSync(folder(), { recursive: true });
  const pids = readdirSync(folder()).map(Number);
  for (const pid of pids) if (!isUser(pid)) rmSync(fileOf(pid), { force: true });
  return pids.filter((pid) => pid !== process.pid && isUser(pid));
}

const fileOf = (pid: number): string => join(folder(), String(pid));

function isUser(pid: number): boolean {
  try {
    return isRunning(JSON.parse(readFileSync(fileOf(pid), "utf8")) as Process);
  } catch {
    return false;
  }
}
