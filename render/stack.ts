import { RenderError } from "./errors";
import { type StackOptions, runStack } from "./program";
import { inOrder, type KubernetesObject, objectsOf, titleOf, withoutPulumi } from "./yaml";

/** How to render a stack. */
export interface RenderOptions extends Pick<StackOptions, "overrides"> {
  /** A generated password. */
  password: StackOptions["generated"]["password"];
}

/** The Kubernetes objects of a stack under names without a random part, in the order in which they can be applied. */
export async function renderStack(stack: string, options: RenderOptions): Promise<KubernetesObject[]> {
  const autoname = (name: string) => name;
  const imageRef = (_: string, imageName: string) => imageName;
  const { overrides, password } = options;
  const { resources } = await runStack(stack, { overrides, generated: { autoname, password, imageRef } });
  const objects = objectsOf(resources, autoname).map(withoutPulumi);
  rejectDuplicateNames(objects);
  return inOrder(objects);
}

/** Pulumi's random suffixes keep such objects apart; here the second would overwrite the first. */
function rejectDuplicateNames(objects: KubernetesObject[]): void {
  const titles = objects.map(titleOf);
  const twins = titles.filter((title, index) => titles.indexOf(title) !== index);
  if (twins.length === 0) return;
  throw new RenderError(
    `Two objects have the same name: ${[...new Set(twins)].join(", ")}. Rename one component.`,
  );
}
