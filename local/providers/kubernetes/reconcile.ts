import { isProperties, type Properties, type Value } from "../plugin/values";
import { keyOf, type KubeObject } from "./objects";
import { semanticallyEqual } from "./semanticEqual";

type Path = (string | number)[];

/** Returns the plain inputs with the values that their fields have in the live object. */
export function reconcile(inputs: Properties, live: KubeObject): Properties {
  const result = reconcileMap([], inputs, live);
  if (keyOf(live).kind === "Secret" && isProperties(inputs.stringData)) {
    result.stringData = secretText(inputs.stringData, isProperties(live.data) ? live.data : {});
  }
  return result;
}

function reconcileMap(path: Path, inputs: Properties, live: Properties): Properties {
  const result: Properties = {};
  for (const [key, input] of Object.entries(inputs)) {
    const found = live[key];
    if (found === undefined || found === null) {
      // The server omits empty values. Any other missing field was removed from the object.
      if (isEmpty(input)) result[key] = input;
    } else {
      result[key] = reconcileValue([...path, key], input, found);
    }
  }
  return result;
}

function reconcileValue(path: Path, input: Value, live: Value): Value {
  if (isProperties(input) && isProperties(live)) return reconcileMap(path, input, live);
  if (Array.isArray(input) && Array.isArray(live)) {
    return live.map((item, index) => reconcileValue([...path, index], input[index] ?? item, item));
  }
  return semanticallyEqual(path, input, live) ? input : live;
}

function isEmpty(value: Value): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (isProperties(value)) return Object.values(value).every(isEmpty);
  return value === null || value === "" || value === false || value === 0;
}

/** Decodes stringData, which is write-only, from data, in which the server stores it. */
function secretText(stringData: Properties, data: Properties): Properties {
  return Object.fromEntries(
    Object.keys(stringData)
      .filter((key) => typeof data[key] === "string")
      .map((key) => [key, Buffer.from(String(data[key]), "base64").toString("utf8")]),
  );
}
