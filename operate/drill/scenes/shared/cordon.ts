import { ignoreStatus } from "../../../cluster/objects";
import { Fault, markPatch, unmarkPatch } from "../../guard/marks";
import type { Drill } from "../scene";

/** Cordons a Kubernetes node until the fault is undone. */
export async function cordon(drill: Drill, name: string): Promise<void> {
  const { core } = drill.cluster;
  const mark = {
    run: drill.load.run,
    namespace: drill.brokers.namespace,
    fault: Fault.Cordoned,
    former: { "/spec/unschedulable": false },
  };
  const disarm = await drill.guard.arm({
    request: { method: "PATCH", path: `/api/v1/nodes/${name}`, body: unmarkPatch(mark) },
    rule: { apiGroups: [""], resources: ["nodes"], resourceNames: [name], verbs: ["patch"] },
    namespace: undefined,
  });
  drill.undo(`${name} uncordoned`, async () => {
    await core.patchNode({ name, body: unmarkPatch(mark) }).catch(ignoreUnmarked);
    await disarm();
  });
  const { metadata } = await core.readNode({ name });
  const change = [{ op: "add", path: "/spec/unschedulable", value: true }] as const;
  await core.patchNode({ name, body: markPatch(metadata, mark, change) });
  drill.event(`${name} cordoned`);
}

/** Handles the rejection of a patch that undoes a change: the object has no such mark, because it was not changed. */
export const ignoreUnmarked = ignoreStatus(422);
