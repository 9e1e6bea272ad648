import assert from "node:assert/strict";
import { runStack } from "../../../render/program";
import type { Overrides } from "../../../render/stackConfig";
import { exampleOf, passwordOf } from "../render/examples";
import { checkedOf, type Checked, type Violation, violationsOf } from "./check";

const digest = "0123456789abcdef".repeat(4);
const generated = {
  autoname: (name: string) => `${name}-0000000`,
  password: passwordOf,
  imageRef: (_: string, imageName: string) => `${imageName.replace(/:[^:/]*$/, "")}@sha256:${digest}`,
};

export async function resourcesOf(stack: string, more: Overrides = {}): Promise<Checked[]> {
  const { resources } = await runStack(stack, { overrides: { ...exampleOf(stack), ...more }, generated });
  return checkedOf(resources, generated.autoname);
}

/**
 * Path of a field, in words separated by blanks, and its new value. `undefined` removes the field; a function computes
 * the new value from the old one.
 */
export type Change = [path: string, value: unknown];

function change(props: Record<string, unknown>, [path, value]: Change): void {
  const keys = path.split(" ");
  const last = keys.pop() ?? "";
  const owner = keys.reduce((at, key) => at[key] as Record<string, unknown>, props);
  const next = typeof value === "function" ? (value as (old: unknown) => unknown)(owner[last]) : value;
  if (next === undefined) Reflect.deleteProperty(owner, last);
  else owner[last] = next;
}

let resources: Checked[] | undefined;
const local = async () => (resources ??= await resourcesOf("local"));

/** Returns the object of a kind whose name in the program matches. */
export async function theObject(kind: string, name: RegExp): Promise<{ namespace: string; name: string }> {
  const found = (await local()).find((each) => each.type.endsWith(`:${kind}`) && name.test(each.name));
  return found?.props.metadata as { namespace: string; name: string };
}

/** Returns what the policies say after changes of the objects of one kind whose name matches. */
export async function after(kind: string, name: RegExp, changes: Change[]): Promise<string[]> {
  let changed = 0;
  const stack = (await local()).map((each) => {
    if (!each.type.endsWith(`:${kind}`) || !name.test(each.name)) return each;
    changed += 1;
    const props = structuredClone(each.props);
    for (const one of changes) change(props, one);
    return { ...each, props };
  });
  assert.ok(changed > 0, `no ${kind} ${name}`);
  return sentences(await violationsOf(stack));
}

/** Returns what the policies say about the stack with one more object. */
export async function besides(type: string, props: Record<string, unknown>): Promise<string[]> {
  const more = { type: `kubernetes:${type}`, name: "more", props };
  return sentences(await violationsOf([...(await local()), more]));
}

function sentences(violations: Violation[]): string[] {
  for (const { message } of violations) assert.match(message, /^[A-Z]\w+ \S+: .+\. Fix: .+\.$/);
  return violations.map(({ policy, message }) => `${policy}: ${message}`);
}

/** Asserts that the policies report one violation, with this message. */
export function assertSaid(said: string[], message: RegExp): void {
  assert.equal(said.length, 1, said.join("\n"));
  assert.match(said[0] ?? "", message);
}
