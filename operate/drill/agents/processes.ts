import type { V1Pod } from "@kubernetes/client-node";
import type { Nodes } from "../../cluster/nodes";
import { Fault } from "../guard/marks";

/**
 * Script that prints, for each process of a container or pod, its id inside the container and its id on the node. The
 * first process comes first.
 */
export function processesScript(containerOrUid: string): string {
  // The id without `containerd://` is in the cgroup path. The systemd cgroup driver replaces the - in a pod's uid
  // with _.
  const id = containerOrUid.replace(/^.*:\/\//, "").replaceAll("-", "[-_]");
  return (
    `{ grep -lE '${id}' /proc/[0-9]*/cgroup 2>/dev/null | cut -d/ -f3 | while read -r pid; do ` +
    `awk -v pid="$pid" '/^NSpid:/ {print $NF, pid}' "/proc/$pid/status" 2>/dev/null; done | sort -n; }`
  );
}

const signal = (name: string, id: string): string =>
  `kill -${name} $(${processesScript(id)} | cut -d' ' -f2) 2>/dev/null`;
// The second round stops processes that were forked during the first one.
const stop = (container: string): string => `${signal("STOP", container)}; ${signal("STOP", container)}`;
const resume = ({ metadata }: V1Pod): string => `${signal("CONT", metadata?.uid ?? "")}; true`;

/** Stops all processes of a container with SIGSTOP. */
export async function stopProcesses(nodes: Nodes, pod: V1Pod, container: string): Promise<void> {
  await nodes.change(pod, { fault: Fault.Stopped, apply: `${stop(container)}; true`, undo: resume(pod) });
}

/** Stops all processes of a container for some seconds. The agent itself resumes them, so that they are not late. */
export async function stallProcesses(
  nodes: Nodes,
  pod: V1Pod,
  container: string,
  seconds: number,
): Promise<void> {
  await nodes.change(pod, {
    fault: Fault.Stopped,
    apply:
      `pids=$(${processesScript(container)} | cut -d' ' -f2)\n` +
      `[ -n "$pids" ] || { echo "no process of container ${container} runs" >&2; exit 1; }\n` +
      `kill -STOP $pids; sleep ${seconds}; kill -CONT $pids; true`,
    undo: resume(pod),
  });
}

/** Resumes a pod's stopped processes. Does nothing if none are stopped. */
export const resumeProcesses = (nodes: Nodes, pod: V1Pod): Promise<void> => nodes.revert(pod, Fault.Stopped);
