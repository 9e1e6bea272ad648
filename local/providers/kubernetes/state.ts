import {
  containsSecret,
  isProperties,
  isSecret,
  makeSecret,
  plainProperties,
  propertiesAt,
  stringAt,
  UNKNOWN,
  without,
  type Properties,
  type Value,
} from "../plugin/values";
import { fieldManager } from "./names";
import type { KubeObject } from "./objects";

// The official plugin's keys, so that a stack works with either plugin. The engine does not display them.
const INPUTS = "__inputs";
const API_VERSION = "__initialApiVersion";
const MANAGER = "__fieldManager";

const SERVER_METADATA = [
  "uid",
  "resourceVersion",
  "creationTimestamp",
  "generation",
  "selfLink",
  "managedFields",
];

/** Returns the resource's outputs: the live object, in which values that are secret in the inputs are secret. */
export function stateOf(live: KubeObject, inputs: Properties, manager: string): Properties {
  const shown = { ...live, metadata: without(propertiesAt(live, "metadata"), "managedFields") };
  return {
    ...withSecretsOf(shown, inputs),
    [INPUTS]: withSecretsOf(plainProperties(inputs), inputs),
    [API_VERSION]: stringAt(live, "apiVersion") ?? "",
    [MANAGER]: manager,
  };
}

/**
 * Returns a preview's outputs: the object as the server would store it, with unknown values for fields that it
 * assigns.
 */
export function previewOf(live: KubeObject, inputs: Properties, manager: string): Properties {
  const state = without(stateOf(live, inputs, manager), "status");
  const metadata = {
    ...propertiesAt(state, "metadata"),
    uid: UNKNOWN,
    resourceVersion: UNKNOWN,
    creationTimestamp: UNKNOWN,
  };
  if (state.kind !== "Service" || stringAt(inputs, "spec", "clusterIP")) return { ...state, metadata };
  // The server assigns another address when the Service is created.
  return {
    ...state,
    metadata,
    spec: { ...propertiesAt(state, "spec"), clusterIP: UNKNOWN, clusterIPs: UNKNOWN },
  };
}

/** Returns the field manager stored when the object was created, so that a renamed resource keeps its object. */
export function managerOf(state: Properties, urn: string): string {
  return stringAt(state, MANAGER) ?? fieldManager(urn);
}

/** Marks values as secret that are secret in a source of the same shape. The data of a Secret is always secret. */
export function withSecretsOf(value: Properties, source: Properties): Properties {
  const result = Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, secretAs(item, source[key])]),
  );
  if (result.kind !== "Secret") return result;
  for (const key of ["data", "stringData"]) {
    if (result[key] !== undefined) result[key] = makeSecret(result[key]);
  }
  return result;
}

function secretAs(value: Value, source: Value | undefined): Value {
  if (isProperties(value) && isProperties(source) && !isSecret(value) && !isSecret(source))
    return withSecretsOf(value, source);
  // A list with a secret item becomes secret as a whole, because the order of its items may change.
  return containsSecret(source) ? makeSecret(value) : value;
}

/** Derives inputs from a live object by removing the fields that the server adds. */
export function inputsFromLive(live: KubeObject): Properties {
  const metadata = without(propertiesAt(live, "metadata"), ...SERVER_METADATA);
  return withSecretsOf({ ...without(live, "status"), metadata }, {});
}
