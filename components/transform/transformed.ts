import type * as pulumi from "@pulumi/pulumi";
import type { Check } from "../shared/checks";
import { throwProblems } from "../shared/component";
import type { Guard } from "./guards";

/** A component with the user's functions, by the kind of object that each changes. */
export interface Transformable<Kind extends string, Built, Args> {
  readonly name: string;
  readonly transform?: { readonly [kind in Kind]?: (args: Built) => Args };
}

/**
 * Returns the arguments of an object after the user's function has changed them, if there is one.
 *
 * @throws ResourceError that lists everything of `guards` that the function changed.
 */
export function transformed<Kind extends string, Built extends Args, Args extends object>(
  parent: pulumi.ComponentResource,
  { name, transform }: Transformable<Kind, Built, Args>,
  kind: Kind,
  own: Built,
  guards: readonly Guard[],
): Args {
  const change = transform?.[kind];
  if (!change) return own;
  const changed: unknown = change(copy(own) as Built);
  throwProblems(parent, name, transformProblems(`transform.${kind}`, own, changed, guards));
  return changed as Args;
}

/** Everything that is wrong with what a function of `transform` returned. */
export function transformProblems(
  what: string,
  own: object,
  changed: unknown,
  guards: readonly Guard[],
): string[] {
  if (typeof changed !== "object" || changed === null)
    return [`${what} returns ${String(changed)}. Return the arguments that it receives, with changes.`];
  return guards
    .filter(({ path, additions }) => {
      const [before, after] = [at(own, path), at(changed, path)];
      return additions ? !includes(after, before) : !isSame(before, after);
    })
    .map(({ path, why }) => `${what} changes ${path.join(".")}: it ${why}.`);
}

/** JSON and YAML cannot hold a function. */
export const aFunction: Check<unknown> = (what, value) =>
  typeof value === "function"
    ? []
    : [`${what} is not a function. Use one that returns the arguments it receives, or omit it.`];

/** The part at a path; in a list, the element with that name. */
function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((part, key) => {
    if (Array.isArray(part)) return part.find((each) => fieldOf(each, "name") === key) as unknown;
    return fieldOf(part, key);
  }, value);
}

const fieldOf = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;

/** Whether `after` has everything of `before`, unchanged, and in a list no second element of the same name. */
function includes(after: unknown, before: unknown): boolean {
  if (Array.isArray(before)) {
    if (!Array.isArray(after)) return false;
    const named = (list: unknown[], name: unknown) =>
      list.filter((each) => fieldOf(each, "name") === name).length;
    return before.every(
      (each) =>
        after.some((other) => isSame(each, other)) &&
        named(after, fieldOf(each, "name")) === named(before, fieldOf(each, "name")),
    );
  }
  if (isPlain(before))
    return isPlain(after) && Object.entries(before).every(([key, value]) => isSame(value, after[key]));
  return before === undefined || before === after;
}

/** Outputs are the same if they are one object, because their values are not known. */
function isSame(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((each, index) => isSame(each, other[index]));
  if (isPlain(one) && isPlain(other)) {
    const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
    return [...keys].every((key) => isSame(one[key], other[key]));
  }
  return one === other;
}

/** A deep copy of plain objects and lists; Outputs and others stay what they are. */
function copy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copy);
  if (isPlain(value))
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, copy(each)]));
  return value;
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
