import type { V1Pod } from "@kubernetes/client-node";
import type { Nodes } from "../../cluster/nodes";
import { unslow } from "./slowNetwork";

/** Lets a pod's processes go on that were stopped. Harmless where none were. */
export async function thaw(nodes: Nodes, pod: V1Pod): Promise<void> {
  const node = pod.spec?.nodeName ?? "";
  const processes = await nodes.processes(node, pod.metadata?.uid ?? "");
  if (processes.length > 0) await nodes.shell(node, `kill -CONT ${processes.join(" ")} 2>/dev/null; true`);
}

/** Takes back what a drill that was killed has left on pods: stopped processes, packet rules, slowness. */
export async function cleanUp(nodes: Nodes, pods: readonly V1Pod[]): Promise<void> {
  await Promise.all(
    pods.map(async (pod) => {
      await thaw(nodes, pod);
      await unslow(nodes, pod);
    }),
  );
}
