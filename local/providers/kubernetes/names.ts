import { createHash } from "node:crypto";
import type { CheckRequest } from "../plugin/provider";
import { randomSuffix } from "../plugin/randomName";
import { isProperties, plain, stringAt, UNKNOWN, type Properties } from "../plugin/values";
import { annotation, type KubeObject } from "./objects";

const AUTONAMED = "pulumi.com/autonamed";

export function isAutonamed(object: KubeObject): boolean {
  return annotation(object, AUTONAMED) === "true";
}

/** Gives an object without a name the name that it had, or a new one made from the resource's name. */
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
  // Nothing can be added to metadata that is not known yet.
  if (!isProperties(metadata) || stringAt(metadata, "name")) return inputs;
  const annotations = metadata.annotations ?? {};
  const old = plain(oldInputs) as KubeObject;
  const kept = isAutonamed(old) ? stringAt(old, "metadata", "name") : undefined;
  if (!kept && autoname === "disabled") {
    throw new Error(
      `metadata.name is missing, and the stack's configuration forbids generated names. Set metadata.name.`,
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
 * Who owns our fields in the API server's eyes. It tells one resource of one stack from every other, so an object
 * that carries it was made by this very resource, also when the run that made it died before it could say so.
 */
export function fieldManager(urn: string): string {
  return `pulumi-kubernetes-${createHash("sha256").update(urn).digest("hex").slice(0, 8)}`;
}
