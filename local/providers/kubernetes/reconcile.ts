import { isProperties, type Properties, type Value } from "../plugin/values";
import { keyOf, type KubeObject } from "./objects";
import { semanticallyEqual } from "./semanticEqual";

type Path = (string | number)[];

/** Plain inputs as the live object has them now: the fields that the program sets, with the values found in the cluster. */
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
      // The server leaves out what is empty; anything else that is missing was taken away.
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

/** stringData can be written only; the server keeps it, encoded, in data. */
function secretText(stringData: Properties, data: Properties): Properties {
  return Object.fromEntries(
    Object.keys(stringData)
      .filter((key) => typeof data[key] === "string")
      .map((key) => [key, Buffer.from(String(data[key]), "base64").toString("utf8")]),
  );
}
