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

/** Stops all processes of a container with SIGSTOP. */
export async function stopProcesses(nodes: Nodes, pod: V1Pod, container: string): Promise<void> {
  const signal = (name: string, id: string) =>
    `kill -${name} $(${processesScript(id)} | cut -d' ' -f2) 2>/dev/null`;
  await nodes.change(pod, {
    fault: Fault.Stopped,
    // The second round stops processes that were forked during the first one.
    apply: `${signal("STOP", container)}; ${signal("STOP", container)}; true`,
    undo: `${signal("CONT", pod.metadata?.uid ?? "")}; true`,
  });
}

/** Resumes a pod's stopped processes. Does nothing if none are stopped. */
export const resumeProcesses = (nodes: Nodes, pod: V1Pod): Promise<void> => nodes.revert(pod, Fault.Stopped);
