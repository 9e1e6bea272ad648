import type { Deployment, Stack } from "@pulumi/pulumi/automation";

interface Resource {
  urn: string;
  type: string;
  id?: string;
  delete?: boolean;
  inputs?: { metadata?: { name?: string; namespace?: string } };
  outputs?: object;
}
interface Checkpoint {
  resources?: Resource[];
  pending_operations?: { type: string; resource: Resource }[];
}

/**
 * Imports the objects that a killed update was creating, and returns their number. The state lists them as pending, but
 * the next update would create each of them again: with generated names, a second Deployment or Job on the same queues.
 * They are added to the state as resources, and a refresh determines which of them exist. Images and passwords are
 * created again.
 */
export async function importPendingCreates(stack: Stack): Promise<number> {
  const exported: Deployment = await stack.exportStack();
  const checkpoint = exported.deployment as Checkpoint;
  const pending = checkpoint.pending_operations ?? [];
  if (pending.length === 0) return 0;
  const known = new Set(checkpoint.resources?.map(({ urn, id }) => `${urn} ${id}`));
  const objects = pending
    .filter(({ type, resource }) => type === "creating" && resource.type.startsWith("kubernetes:"))
    .flatMap(({ resource }) => withId(resource))
    .filter(({ urn, id }) => !known.has(`${urn} ${id}`));
  for (const object of objects) replaceIn((checkpoint.resources ??= []), object);
  checkpoint.pending_operations = [];
  await stack.importStack(exported);
  if (objects.length > 0) await stack.refresh({ target: objects.map(({ urn }) => urn) });
  return objects.length;
}

/** Adds an object. If the update was replacing a resource, the previous object is marked for deletion. */
function replaceIn(resources: Resource[], object: Resource): void {
  for (const old of resources) if (old.urn === object.urn) old.delete = true;
  resources.push(object);
}

function withId(resource: Resource): Resource[] {
  const { name, namespace } = resource.inputs?.metadata ?? {};
  return name ? [{ ...resource, id: namespace ? `${namespace}/${name}` : name, outputs: {} }] : [];
}
