import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Power } from "../cluster/nodes";
import { UserError } from "../errors";

export interface PowerCommands {
  readonly powerOff?: string;
  readonly powerOn?: string;
}

/** Machines that a cloud's commands switch; each command finds the name of the Kubernetes node in $NODE. */
export function powerBy({ powerOff, powerOn }: PowerCommands): Power | undefined {
  if (powerOff === undefined && powerOn === undefined) return undefined;
  if (powerOff === undefined || powerOn === undefined)
    throw new UserError(
      "--power-off and --power-on belong together: a machine that is switched off is switched on again.",
    );
  return { off: (node) => shell(powerOff, node), on: (node) => shell(powerOn, node) };
}

async function shell(command: string, node: string): Promise<void> {
  await promisify(execFile)("sh", ["-c", command], { env: { ...process.env, NODE: node } });
}
