import { spawn } from "node:child_process";

/**
 * Runs a shell command after a time, in a process that outlives this one. The name of a node is in $NODE. Returns a
 * function that cancels it.
 */
export function runLater(seconds: number, command: string, node: string): () => void {
  const child = spawn("sh", ["-c", `sleep ${Math.ceil(seconds)}\n${command}`], {
    detached: true,
    stdio: "ignore",
    env: { ...process.env, NODE: node },
  });
  child.unref();
  return () => {
    const { pid, exitCode, signalCode } = child;
    // Its process group includes `sleep`.
    if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid);
  };
}
