import { isFoundedMarker } from "../components/rabbitMqCluster/founded";
import { RenderError } from "./errors";
import { type StackOptions, runStack } from "./program";
import { inOrder, type KubernetesObject, objectsOf, titleOf, withoutPulumi } from "./yaml";

/** Options of `renderStack`. */
export interface RenderOptions extends Pick<StackOptions, "overrides"> {
  /** Returns a password. */
  password: StackOptions["generated"]["password"];
}

/**
 * Returns the Kubernetes objects of a stack in the order in which they can be applied. Names have no random suffix.
 */
export async function renderStack(stack: string, options: RenderOptions): Promise<KubernetesObject[]> {
  const autoname = (name: string) => name;
  const imageRef = (_: string, imageName: string) => imageName;
  const { overrides, password } = options;
  const { resources } = await runStack(stack, { overrides, generated: { autoname, password, imageRef } });
  const objects = objectsOf(resources, autoname)
    .filter((object) => !isFoundedMarker(object))
    .map(withoutPulumi);
  rejectDuplicateNames(objects);
  return inOrder(objects);
}

/** Without Pulumi's random suffixes, the second of two objects with one name would overwrite the first. */
function rejectDuplicateNames(objects: KubernetesObject[]): void {
  const titles = objects.map(titleOf);
  const duplicates = titles.filter((title, index) => titles.indexOf(title) !== index);
  if (duplicates.length === 0) return;
  throw new RenderError(
    `Several objects have the same name: ${[...new Set(duplicates)].join(", ")}. Rename one of the components.`,
  );
}
