import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Power } from "../cluster/nodes";
import { UsageError } from "../errors";
import { runLater } from "../later";

export interface PowerCommands {
  readonly powerOff?: string;
  readonly powerOn?: string;
}

/**
 * Switches machines off and on with the user's commands. Each command gets the name of the Kubernetes node in $NODE.
 */
export function powerBy({ powerOff, powerOn }: PowerCommands): Power | undefined {
  if (powerOff === undefined && powerOn === undefined) return undefined;
  if (powerOff === undefined || powerOn === undefined)
    throw new UsageError(
      "--power-off and --power-on require each other, because a machine that is switched off must be switched on again. Set both.",
    );
  return {
    off: (node) => shell(powerOff, node),
    on: (node) => shell(powerOn, node),
    onLater: (node, seconds) => runLater(seconds, powerOn, node),
  };
}

async function shell(command: string, node: string): Promise<void> {
  await promisify(execFile)("sh", ["-c", command], { env: { ...process.env, NODE: node } });
}
