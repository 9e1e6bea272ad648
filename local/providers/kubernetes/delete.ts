import { waitUntilGone, type WaitOptions } from "./await/wait";
import type { ClusterClient } from "./client";
import { isStatus, UnknownKind } from "./errors";
import { annotation, type KubeObject, type ObjectKey } from "./objects";

// Kinds for which the official plugin does not wait for the deletion if skipAwait is set.
const SKIPPABLE = new Set(["Namespace", "Pod", "DaemonSet", "Deployment", "StatefulSet", "Job"]);

/** Deletes an object and its dependents, and waits until it is gone. Succeeds if the object does not exist. */
export async function deleteObject(key: ObjectKey, inputs: KubeObject, options: WaitOptions): Promise<void> {
  try {
    const live = await options.client.get(key);
    if (!live) return;
    await options.client.delete(key, propagation(inputs));
    if (annotation(inputs, "pulumi.com/skipAwait") === "true" && SKIPPABLE.has(key.kind)) return;
    await waitUntilGone(live, options);
  } catch (error) {
    if (isStatus(error, 404) || error instanceof UnknownKind) return;
    throw error;
  }
}

/** Removes the fields that only this manager sets. The object and its other fields stay. */
export async function relinquish(
  { apiVersion, kind, namespace, name }: ObjectKey,
  manager: string,
  client: ClusterClient,
): Promise<void> {
  const key = { apiVersion, kind, namespace, name };
  if (!(await client.get(key))) return;
  const empty = { apiVersion, kind, metadata: { name, ...(namespace && { namespace }) } };
  await client.apply(key, empty, { manager, force: true, dryRun: false });
}

function propagation(inputs: KubeObject): string {
  switch (annotation(inputs, "pulumi.com/deletionPropagationPolicy")?.toLowerCase()) {
    case "orphan":
      return "Orphan";
    case "background":
      return "Background";
    default:
      return "Foreground";
  }
}
