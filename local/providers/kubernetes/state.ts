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

// Kept under the official plugin's names, so that a stack can go on with either plugin. The engine shows none of them.
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

/** The resource's outputs: the live object, with everything secret in it that was secret in the inputs. */
export function stateOf(live: KubeObject, inputs: Properties, manager: string): Properties {
  const shown = { ...live, metadata: without(propertiesAt(live, "metadata"), "managedFields") };
  return {
    ...withSecretsOf(shown, inputs),
    [INPUTS]: withSecretsOf(plainProperties(inputs), inputs),
    [API_VERSION]: stringAt(live, "apiVersion") ?? "",
    [MANAGER]: manager,
  };
}

/** A preview's outputs: what the server would make of the inputs, with unknown in place of what only a real object has. */
export function previewOf(live: KubeObject, inputs: Properties, manager: string): Properties {
  const state = without(stateOf(live, inputs, manager), "status");
  const metadata = {
    ...propertiesAt(state, "metadata"),
    uid: UNKNOWN,
    resourceVersion: UNKNOWN,
    creationTimestamp: UNKNOWN,
  };
  if (state.kind !== "Service" || stringAt(inputs, "spec", "clusterIP")) return { ...state, metadata };
  // The server picks an address again when the Service is really made.
  return {
    ...state,
    metadata,
    spec: { ...propertiesAt(state, "spec"), clusterIP: UNKNOWN, clusterIPs: UNKNOWN },
  };
}

/** The resource whose fields ours are: as noted when the object was made, so that a renamed resource keeps its object. */
export function managerOf(state: Properties, urn: string): string {
  return stringAt(state, MANAGER) ?? fieldManager(urn);
}

/** Copies secretness from one value to another of the same shape; the data of a Secret is always secret. */
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
  // A list is secret as a whole when anything in it is: its order may change.
  return containsSecret(source) ? makeSecret(value) : value;
}

/** An object's inputs when all that we have is the object: everything but what the server adds. */
export function inputsFromLive(live: KubeObject): Properties {
  const metadata = without(propertiesAt(live, "metadata"), ...SERVER_METADATA);
  return withSecretsOf({ ...without(live, "status"), metadata }, {});
}
