import { createHash } from "node:crypto";
import type { CheckRequest } from "../plugin/provider";
import { randomSuffix } from "../plugin/randomName";
import { isProperties, plain, stringAt, UNKNOWN, type Properties } from "../plugin/values";
import { annotation, type KubeObject } from "./objects";

const AUTONAMED = "pulumi.com/autonamed";

export function isAutonamed(object: KubeObject): boolean {
  return annotation(object, AUTONAMED) === "true";
}

/** Adds a missing name: the object's previous name, or a new one derived from the resource's name. */
export function withName(
  inputs: Properties,
  {
    oldInputs,
    name,
    randomSeed,
    autoname,
  }: Pick<CheckRequest, "oldInputs" | "name" | "randomSeed" | "autoname">,
): Properties {
  const metadata = inputs.metadata ?? {};
  // A name cannot be added to unknown metadata.
  if (!isProperties(metadata) || stringAt(metadata, "name")) return inputs;
  const annotations = metadata.annotations ?? {};
  const old = plain(oldInputs) as KubeObject;
  const kept = isAutonamed(old) ? stringAt(old, "metadata", "name") : undefined;
  if (!kept && autoname === "disabled") {
    throw new Error(
      `metadata.name is missing, and the stack's configuration disables generated names. Set metadata.name.`,
    );
  }
  const proposed = typeof autoname === "object" ? autoname.proposed : undefined;
  return {
    ...inputs,
    metadata: {
      ...metadata,
      name: kept ?? proposed ?? `${name}-${randomSuffix(randomSeed)}`,
      annotations: isProperties(annotations) ? { ...annotations, [AUTONAMED]: "true" } : annotations,
    },
  };
}

export function isNameKnown(inputs: Properties): boolean {
  const name = stringAt(inputs, "metadata", "name");
  return name !== undefined && name !== UNKNOWN;
}

/**
 * Returns the field manager of a resource. It is unique per resource and stack, so an object that it manages was created
 * by this resource, even if the run that created it was killed before it could save its state.
 */
export function fieldManager(urn: string): string {
  return `pulumi-kubernetes-${createHash("sha256").update(urn).digest("hex").slice(0, 8)}`;
}
