import { readFileSync } from "node:fs";

/** A process of this machine. Its start time distinguishes it from a later process with the same id. */
export interface Process {
  readonly pid: number;
  readonly startTime: string;
}

/** Returns a running process; undefined if it does not exist, is a zombie, or the system has no /proc. */
export function runningProcess(pid: number): Process | undefined {
  try {
    // The command's name, in parentheses, may contain spaces, so the fields are counted after it.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ");
    // In clock ticks since boot.
    const startTime = fields?.[19];
    return fields?.[0] === "Z" || startTime === undefined ? undefined : { pid, startTime };
  } catch {
    return undefined;
  }
}

/** Whether the process still runs. */
export function isRunning({ pid, startTime }: Process): boolean {
  return runningProcess(pid)?.startTime === startTime;
}
