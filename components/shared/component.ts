import * as pulumi from "@pulumi/pulumi";
import { type Validation, MAX_NAME, problemsOf, resourceName } from "./checks";

/** Throws one error that lists every problem of a component's name and arguments. */
export function validate<Args extends object>(
  resource: pulumi.ComponentResource,
  name: string,
  args: Args,
  validation: Validation<Args>,
  longestName = MAX_NAME,
): void {
  const nameProblems = resourceName(longestName)("name", name);
  throwProblems(resource, name, [...nameProblems, ...problemsOf(args, validation)]);
}

/** Throws one error that lists the problems of a component; returns if there are none. */
export function throwProblems(resource: pulumi.ComponentResource, name: string, problems: string[]): void {
  if (problems.length > 0)
    throw new pulumi.ResourceError(problemsText(resource.constructor.name, name, problems), resource, true);
}

/** A single problem on one line, several as a list. */
export function problemsText(component: string, name: string, problems: string[]): string {
  const [only, ...more] = problems;
  if (more.length === 0) return `${component} "${name}": ${only ?? ""}`;
  return [
    `${component} "${name}" has ${problems.length} problems:`,
    ...problems.map((each) => `  - ${each}`),
  ].join("\n");
}

/** Throws if the component has no explicit Kubernetes provider, because the current kube context is often the wrong
 * cluster. */
export function requireKubernetesProvider(resource: pulumi.ComponentResource, name: string): void {
  if (resource.getProvider("kubernetes:core/v1:Namespace")) return;
  throw new pulumi.ResourceError(
    `${resource.constructor.name} "${name}" has no Kubernetes provider. Pass { provider } in the third argument, e.g. { provider: cluster.provider }.`,
    resource,
    true,
  );
}

/** Outputs that a constructor assigned to the fields of its component, for `registerOutputs`. */
export function outputsOf(component: pulumi.ComponentResource): Record<string, pulumi.Output<unknown>> {
  const outputs = Object.entries(component).filter(
    (field): field is [string, pulumi.Output<unknown>] =>
      field[0] !== "urn" && pulumi.Output.isInstance(field[1]),
  );
  return Object.fromEntries(outputs);
}
