import { createHash } from "node:crypto";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { mockProvider } from "../../../render/mockProvider";
import { type Registered, type Run, runMocked, SECRET } from "../../../render/engine";

export { type Registered, type Run, SECRET } from "../../../render/engine";

/** The suffix of all autonames. */
export const SUFFIX = "0000000";

/** Passwords of the mocked random provider: 40 characters that depend on the resource's name. */
export function passwordOf(name: string): string {
  return createHash("sha256").update(name).digest("hex").slice(0, 40);
}

const provider = mockProvider({
  autoname: (name) => `${name}-${SUFFIX}`,
  password: passwordOf,
  imageRef: (name) => `repository@sha256:${name}`,
});

/** Runs a program against the mocked engine. In a preview nothing that only a provider can tell is known. */
export function run<T>(program: () => T, preview = false): Promise<Run<T>> {
  return runMocked(program, { provider, preview });
}

/** A cluster to deploy to, for `opts`. */
export function cluster(): pulumi.ComponentResourceOptions {
  return { provider: new kubernetes.Provider("cluster", { context: "test" }) };
}

/** `type name` of everything registered, in order of the alphabet. */
export function list(resources: Registered[]): string[] {
  return resources.map((each) => `${each.type.replace(/^.*:(.*:)?/, "")} ${each.name}`).sort();
}

/** The one resource of a kind, or of a kind and a name. */
export function the(resources: Registered[], kind: string, name?: string): Registered {
  const found = resources.filter(
    (each) => each.type.endsWith(`:${kind}`) && (name === undefined || each.name === name),
  );
  if (found.length !== 1 || !found[0]) throw new Error(`${found.length} resources ${kind} ${name ?? ""}`);
  return found[0];
}

/** What an object of outputs comes to. */
export function known<T extends object>(outputs: T): Promise<pulumi.Unwrap<T>> {
  return new Promise((resolve) => pulumi.output(outputs).apply(resolve));
}

/** Names of the public outputs of a component, but for the name that every resource has. */
export function outputsOf(component: pulumi.ComponentResource): string[] {
  return Object.entries(component)
    .filter(([name, value]) => pulumi.Output.isInstance(value) && name !== "urn")
    .map(([name]) => name)
    .sort();
}

/** Whether the text stands anywhere in the value outside a secret. */
export function shows(value: unknown, text: string): boolean {
  if (typeof value === "string") return value.includes(text);
  if (typeof value !== "object" || value === null || SECRET in value) return false;
  return Object.values(value).some((each) => shows(each, text));
}

/** The message of the error that a program throws. */
export async function refusal(program: () => unknown): Promise<string> {
  const { result } = await run(() => {
    try {
      program();
      return "";
    } catch (error) {
      if (pulumi.ResourceError.isInstance(error)) return error.message;
      throw error;
    }
  });
  return result;
}

/** Messages of the errors that a program's outputs end with. Pulumi's runtime prints them and fails. */
export async function rejections(program: () => unknown): Promise<string[]> {
  const messages: string[] = [];
  const own = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", (error: Error) => messages.push(error.message));
  try {
    await run(program);
    await new Promise(setImmediate);
  } finally {
    process.removeAllListeners("unhandledRejection");
    for (const listener of own) process.on("unhandledRejection", listener);
  }
  return messages;
}
