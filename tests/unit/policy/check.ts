import type {
  PolicyResource,
  ReportViolation,
  ResourceValidation,
  ResourceValidationArgs,
  StackValidationArgs,
} from "@pulumi/policy";
import { policies } from "../../../policy/policies";
import type { Registered } from "../../../render/engine";

/** A resource as policies get it. */
export interface Checked {
  type: string;
  name: string;
  props: Record<string, unknown>;
}

/** A policy's name and what it said. */
export interface Violation {
  policy: string;
  message: string;
}

const fail = (): never => {
  throw new Error("The policies do not use this");
};

const COMMON = {
  opts: { protect: false, ignoreChanges: [], aliases: [], additionalSecretOutputs: [] } as unknown as never,
  stackTags: new Map<string, string>(),
  isType: fail,
  asType: fail,
  getConfig: fail,
  notApplicable: fail,
};

/** The resources with the names that the Kubernetes provider gives them before policies run. */
export function checkedOf(resources: Registered[], autoname: (name: string) => string): Checked[] {
  return resources
    .filter(({ custom }) => custom)
    .map(({ type, name, inputs }) => {
      const { metadata } = inputs;
      if (!type.startsWith("kubernetes:") || typeof metadata !== "object")
        return { type, name, props: inputs };
      return { type, name, props: { ...inputs, metadata: { name: autoname(name), ...metadata } } };
    });
}

/** What the policies say about a stack. */
export async function violationsOf(resources: Checked[]): Promise<Violation[]> {
  const found: Violation[] = [];
  for (const policy of policies) {
    const to: ReportViolation = (message) => found.push({ policy: policy.name, message });
    if ("validateStack" in policy) {
      const all = resources.map((each) => ({ ...each, urn: each.name })) as unknown as PolicyResource[];
      await policy.validateStack({ ...COMMON, resources: all } as StackValidationArgs, to);
      continue;
    }
    for (const each of resources) {
      const args: ResourceValidationArgs = { ...COMMON, ...each, urn: each.name };
      for (const validate of [policy.validateResource].flat() as ResourceValidation[])
        await validate(args, to);
    }
  }
  return found;
}
