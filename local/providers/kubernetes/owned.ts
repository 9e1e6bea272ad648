import { isProperties, listAt, propertiesAt, stringAt, type Properties, type Value } from "../plugin/values";
import { keyOf, type KubeObject } from "./objects";
import { withSecretsOf } from "./state";

/**
 * Returns the fields that a manager applied to an object: the inputs of a resource whose creation was never saved.
 * Undefined if the manager applied none.
 */
export function ownedInputs(live: KubeObject, manager: string): Properties | undefined {
  const entry = listAt(live, "metadata", "managedFields").find(
    (item) => stringAt(item, "manager") === manager && stringAt(item, "operation") === "Apply",
  );
  if (!entry) return undefined;
  const { apiVersion, kind, namespace, name } = keyOf(live);
  const owned = pick(live, propertiesAt(entry, "fieldsV1"));
  const metadata = { ...propertiesAt(owned, "metadata"), name, ...(namespace && { namespace }) };
  const inputs = { ...(isProperties(owned) ? owned : {}), apiVersion, kind, metadata };
  return withSecretsOf(inputs, {});
}

/**
 * Returns the part of a value that a field set selects: "f:" a field, "k:" a list item by its keys, "v:" one by its
 * value.
 */
function pick(value: Value, fields: Properties): Value {
  const entries = Object.entries(fields).filter(([key]) => key !== ".");
  if (Object.keys(fields).length === 0) return value;
  if (Array.isArray(value)) {
    return value.flatMap((item) => {
      const found = entries.find(([key]) => selects(key, item));
      return found ? [pick(item, found[1] as Properties)] : [];
    });
  }
  if (!isProperties(value)) return value;
  return Object.fromEntries(
    entries.flatMap(([key, inner]) => {
      const field = key.slice("f:".length);
      const found = value[field];
      return found === undefined ? [] : [[field, pick(found, inner as Properties)]];
    }),
  );
}

function selects(key: string, item: Value): boolean {
  const wanted = JSON.parse(key.slice(2)) as Value;
  if (key.startsWith("v:")) return wanted === item;
  return (
    key.startsWith("k:") &&
    isProperties(wanted) &&
    isProperties(item) &&
    Object.entries(wanted).every(([field, value]) => item[field] === value)
  );
}
