import type { Change, ChangeKind } from "./provider";
import { isProperties, UNKNOWN, type Properties, type Value } from "./values";

type Path = Change["path"];

/** Returns the differences between two sets of plain inputs, each with its full path. */
export function changesBetween(
  old: Properties,
  next: Properties,
  same: (path: Path, a: Value, b: Value) => boolean = (_, a, b) => a === b,
): { path: Path; kind: ChangeKind; old?: Value; next?: Value }[] {
  return compare([], old, next);

  function compare(
    path: Path,
    a: Value | undefined,
    b: Value | undefined,
  ): ReturnType<typeof changesBetween> {
    if (a === undefined && b === undefined) return [];
    if (a === undefined) return [{ path, kind: "add", next: b }];
    if (b === undefined) return [{ path, kind: "delete", old: a }];
    if (isProperties(a) && isProperties(b)) {
      const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
      return [...keys].sort().flatMap((key) => compare([...path, key], a[key], b[key]));
    }
    if (Array.isArray(a) && Array.isArray(b)) {
      const length = Math.max(a.length, b.length);
      return Array.from({ length }, (_, index) => compare([...path, index], a[index], b[index])).flat();
    }
    return b !== UNKNOWN && same(path, a, b) ? [] : [{ path, kind: "update", old: a, next: b }];
  }
}

/** Formats a path as the engine does: spec.containers[0].image, metadata.annotations["pulumi.com/skipAwait"]. */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    if (/[."[\]]/.test(key)) return `${text}["${key.replaceAll('"', '\\"')}"]`;
    return text ? `${text}.${key}` : key;
  }, "");
}
