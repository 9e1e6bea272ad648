import * as pulumi from "@pulumi/pulumi";
import type { Compute } from "../types";
import { parseQuantity } from "./quantity";

/** Throws one error that names every problem of a component. Does nothing when there is none. */
export function refuse(resource: pulumi.Resource, component: string, name: string, problems: string[]): void {
  if (problems.length > 0)
    throw new pulumi.ResourceError(problemsText(component, name, problems), resource, true);
}

/** One problem in one line, several as a list. */
export function problemsText(component: string, name: string, problems: string[]): string {
  const [only, ...more] = problems;
  if (more.length === 0) return `${component} "${name}": ${only ?? ""}`;
  return [
    `${component} "${name}" has ${problems.length} problems:`,
    ...problems.map((each) => `  - ${each}`),
  ].join("\n");
}

/** Throws unless the component was given a Kubernetes provider: the ambient kube context is too often the wrong cluster. */
export function requireKubernetesProvider(resource: pulumi.Resource, component: string, name: string): void {
  if (resource.getProvider("kubernetes:core/v1:Namespace")) return;
  throw new pulumi.ResourceError(
    `${component} "${name}" has no Kubernetes provider. Pass { provider } in the third argument, e.g. { provider: cluster.provider }.`,
    resource,
    true,
  );
}

const DNS_LABEL = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;

/** Names end up in names of Services, which are DNS labels of at most 63 characters, with suffixes of ours and of Pulumi's. */
export const MAX_NAME = 40;

export function nameProblems(what: string, name: string, longest = MAX_NAME): string[] {
  if (name.length <= longest && DNS_LABEL.test(name)) return [];
  return [
    `${what} is ${quote(name)}, but host names are made of it. Use lower case letters, digits and "-", a letter first, at most ${longest} characters.`,
  ];
}

export function namespaceProblems(what: string, name: string): string[] {
  if (name.length <= 63 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name)) return [];
  return [
    `${what} is ${quote(name)}, which no namespace can be called. Use lower case letters, digits and "-".`,
  ];
}

export function quantityProblems(what: string, value: string | undefined, example: string): string[] {
  if (value === undefined || parseQuantity(value) !== undefined) return [];
  return [
    `${what} is ${quote(value)}, which is not a Kubernetes quantity. Use for example ${quote(example)}.`,
  ];
}

/** What a number counts or does, and between which bounds it makes sense. */
export interface WholeNumber {
  why: string;
  least: number;
  most?: number;
}

export function wholeNumberProblems(what: string, value: number | undefined, allowed: WholeNumber): string[] {
  const { why, least, most = Number.MAX_SAFE_INTEGER } = allowed;
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return [];
  const range = allowed.most === undefined ? `of at least ${least}` : `from ${least} to ${most}`;
  return [`${what} is ${value}, but ${why}. Use a whole number ${range}.`];
}

export function durationProblems(what: string, value: string | undefined): string[] {
  if (value === undefined || (/^(\d+h)?(\d+m)?(\d+s)?$/.test(value) && value !== "")) return [];
  return [`${what} is ${quote(value)}, which is not a duration. Use for example "10m" or "90s".`];
}

export function choiceProblems(
  what: string,
  value: string | undefined,
  allowed: Record<string, string>,
): string[] {
  const values = Object.values(allowed);
  if (value === undefined || values.includes(value)) return [];
  return [`${what} is ${quote(value)}. Use ${values.map(quote).join(" or ")}.`];
}

export function computeProblems(compute: Compute = {}): string[] {
  return [
    ...quantityProblems("compute.cpu", compute.cpu, "500m"),
    ...quantityProblems("compute.cpuLimit", compute.cpuLimit, "2"),
    ...quantityProblems("compute.memory", compute.memory, "1Gi"),
  ];
}

export const quote = (value: string) => JSON.stringify(value);
