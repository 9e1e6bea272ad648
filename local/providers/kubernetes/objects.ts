import { listAt, propertiesAt, stringAt, type Properties, type Value } from "../plugin/values";

/** A Kubernetes object as JSON. */
export type KubeObject = Properties;

export interface ObjectKey {
  apiVersion: string;
  kind: string;
  namespace?: string;
  name: string;
}

export function keyOf(object: KubeObject): ObjectKey {
  return {
    apiVersion: stringAt(object, "apiVersion") ?? "",
    kind: stringAt(object, "kind") ?? "",
    namespace: stringAt(object, "metadata", "namespace"),
    name: stringAt(object, "metadata", "name") ?? "",
  };
}

/** Formats an object's key for messages: StatefulSet demo/rabbit. */
export function describe({ kind, namespace, name }: ObjectKey): string {
  return `${kind} ${namespace ? `${namespace}/` : ""}${name}`;
}

/** Returns the resource id in the official plugin's format. */
export function idOf(object: KubeObject): string {
  const { namespace, name } = keyOf(object);
  return namespace ? `${namespace}/${name}` : name;
}

export function parseId(id: string): { namespace?: string; name: string } {
  const slash = id.indexOf("/");
  return slash < 0 ? { name: id } : { namespace: id.slice(0, slash), name: id.slice(slash + 1) };
}

/** Parses a type such as kubernetes:apps/v1:StatefulSet. The API has no name for the group "core". */
export function parseType(type: string): { apiVersion: string; kind: string } {
  const [, version = "", kind = ""] = type.split(":");
  return { apiVersion: version.replace(/^core\//, ""), kind };
}

/** Whether a resource sets fields of an object that another resource creates. Its type is the object's kind and `Patch`. */
export function isPatch(type: string, object: KubeObject): boolean {
  return parseType(type).kind === `${stringAt(object, "kind") ?? ""}Patch`;
}

export function annotation(object: KubeObject, name: string): string | undefined {
  return stringAt(object, "metadata", "annotations", name);
}

export function condition(object: Value, type: string): Properties | undefined {
  return listAt(object, "status", "conditions").find((item) => stringAt(item, "type") === type) as
    Properties | undefined;
}

/** Formats a label selector for the API's list call. */
export function selectorText(selector: Properties): string {
  const labels = Object.entries(propertiesAt(selector, "matchLabels")).map(
    ([key, value]) => `${key}=${String(value)}`,
  );
  const expressions = listAt(selector, "matchExpressions").map((expression) => {
    const key = stringAt(expression, "key") ?? "";
    const values = `(${listAt(expression, "values").join(",")})`;
    switch (stringAt(expression, "operator")) {
      case "In":
        return `${key} in ${values}`;
      case "NotIn":
        return `${key} notin ${values}`;
      case "DoesNotExist":
        return `!${key}`;
      default:
        return key;
    }
  });
  return [...labels, ...expressions].join(",");
}
