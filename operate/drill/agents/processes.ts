import type { V1Pod } from "@kubernetes/client-node";
import type { Nodes } from "../../cluster/nodes";

/** Resumes a pod's stopped processes. Does nothing if none are stopped. */
export async function resumeProcesses(nodes: Nodes, pod: V1Pod): Promise<void> {
  const node = pod.spec?.nodeName ?? "";
  const processes = await nodes.processes(node, pod.metadata?.uid ?? "");
  if (processes.length > 0) await nodes.shell(node, `kill -CONT ${processes.join(" ")} 2>/dev/null; true`);
}
