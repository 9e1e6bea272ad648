import { changesBetween } from "../plugin/changes";
import type { Change, DiffResult } from "../plugin/provider";
import { at, propertiesAt, stringAt, type Properties, type Value } from "../plugin/values";
import type { ProviderConfig } from "./config";
import { IDENTITY, immutableFields } from "./immutable";
import { isAutonamed } from "./names";
import { annotation, keyOf } from "./objects";
import { semanticallyEqual } from "./semanticEqual";

/** Compares plain inputs. The result is no change, an update in place, or a replacement. A patch is only replaced if it
 * concerns another object. */
export function diffInputs(
  old: Properties,
  next: Properties,
  config: Pick<ProviderConfig, "mutableSecrets" | "mutableConfigMaps">,
  patch = false,
): DiffResult {
  const { apiVersion, kind, name } = keyOf(next);
  const immutable = at(next, "immutable") === true || at(old, "immutable") === true;
  const paths = patch ? IDENTITY : immutableFields({ apiVersion, kind, immutable }, config);
  const fields = paths.map((field) => field.split("."));
  const changes = changesBetween(inNamespace(old), inNamespace(next), semanticallyEqual).map(
    ({ path, kind: change, old: before, next: after }): Change => ({
      path,
      kind: change,
      replace: fields.some((field) => touches(field, path, before ?? null, after ?? null)),
    }),
  );
  // Two objects cannot have the same name, so an object with a fixed name is deleted before its replacement is
  // created.
  const sameIdentity = name === stringAt(old, "metadata", "name") && namespace(next) === namespace(old);
  return {
    changes,
    deleteBeforeReplace: changes.some((change) => change.replace) && !isAutonamed(next) && sameIdentity,
  };
}

/** Whether a change affects an immutable field: at its path, above it, or within an added or removed value. */
function touches(field: string[], path: Change["path"], before: Value, after: Value): boolean {
  if (!path.every((key, index) => index >= field.length || key === field[index])) return false;
  const rest = field.slice(path.length);
  return rest.length === 0 || at(before, ...rest) !== undefined || at(after, ...rest) !== undefined;
}

function namespace(object: Properties): string {
  return stringAt(object, "metadata", "namespace") ?? "default";
}

function inNamespace(object: Properties): Properties {
  return { ...object, metadata: { ...propertiesAt(object, "metadata"), namespace: namespace(object) } };
}

export function timeoutSeconds(object: Properties, customTimeout: number): number {
  const annotated = Number(annotation(object, "pulumi.com/timeoutSeconds"));
  return customTimeout || (annotated > 0 ? annotated : 600);
}
