import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { configurationOf, type Overrides, PROGRAM } from "../../../render/stackConfig";
import { type KubernetesObject, masked, titleOf } from "../../../render/yaml";

/** Removes image tags, which change with every file of an image's folder. */
export const withoutTags = (yaml: string): string =>
  yaml.replace(/(image: .*:)[0-9a-f]{16}$/gm, "$1content-hash");

/** The defaults of the keys that a stack's file sets, so that nothing of this stack remains. */
export function projectDefaults(stack: string): Overrides {
  const { config } = parse(readFileSync(join(PROGRAM, "Pulumi.yaml"), "utf8")) as {
    config: Record<string, { default?: unknown }>;
  };
  const set = Object.keys(configurationOf(stack)).filter((key) => key.startsWith("ha-celery:"));
  return Object.fromEntries(
    set.map((key) => {
      const value = config[key.slice("ha-celery:".length)]?.default;
      return [key, typeof value === "string" ? value : JSON.stringify(value)];
    }),
  );
}

/** The configuration of a stack's file, as text. */
export function stackFile(path: string): Overrides {
  const { config } = parse(readFileSync(path, "utf8")) as { config: Record<string, unknown> };
  const text = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, text(value)]));
}

/** What differs between two sets of objects: objects that only one has, and fields with their new values. */
export function differences(before: KubernetesObject[], after: KubernetesObject[]): Record<string, unknown> {
  const [old, present] = [before, after].map(
    (objects) => new Map(objects.map((object) => [titleOf(object), flat(masked(object))])),
  ) as [Map<string, Fields>, Map<string, Fields>];
  const result: Record<string, unknown> = {};
  for (const [title, fields] of present) {
    const former = old.get(title);
    if (!former) {
      result[title] = "added";
      continue;
    }
    const paths = [...new Set([...former.keys(), ...fields.keys()])].sort();
    const changed = paths.filter((path) => former.get(path) !== fields.get(path));
    if (changed.length > 0)
      result[title] = Object.fromEntries(changed.map((path) => [path, fields.get(path) ?? "removed"]));
  }
  for (const title of old.keys()) if (!present.has(title)) result[title] = "removed";
  return result;
}

type Fields = Map<string, string | number | boolean>;

function flat(value: unknown, path = "", fields: Fields = new Map()): Fields {
  if (value !== null && typeof value === "object")
    for (const [key, each] of Object.entries(value)) flat(each, path ? `${path}.${key}` : key, fields);
  else if (value !== undefined && value !== null) fields.set(path, value as string);
  return fields;
}
