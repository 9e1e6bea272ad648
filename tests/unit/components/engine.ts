import { createHash } from "node:crypto";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

/** What a program told the engine about one resource. */
export interface Registered {
  type: string;
  name: string;
  /** `type name` of the parent, or "" at the top. */
  parent: string;
  /** Name of the explicit provider, or "". */
  provider: string;
  /** `type name` of each resource that it waits for. */
  dependencies: string[];
  protect: boolean;
  retainOnDelete: boolean;
  timeouts: string[];
  custom: boolean;
  /** As the provider gets them, secrets opened. */
  inputs: Record<string, unknown>;
  /** As they go into the state, secrets marked. */
  raw: unknown;
  /** Names of the registered outputs of a component. */
  outputs: string[];
}

/** A finished run of a program. */
export interface Run<T> {
  result: T;
  resources: Registered[];
}

/** The suffix of all autonames. */
export const SUFFIX = "0000000";

/** Passwords of the mocked random provider: 40 characters that depend on the resource's name. */
export function passwordOf(name: string): string {
  return createHash("sha256").update(name).digest("hex").slice(0, 40);
}

const shortName = (urn: string) => urn.split("::").slice(2).join(" ").replace(/^.*\$/, "");

function stateOf(args: pulumi.runtime.MockResourceArgs): Record<string, unknown> {
  if (args.type === "random:index/randomPassword:RandomPassword")
    return { ...args.inputs, result: passwordOf(args.name) };
  if (args.type === "docker:index/image:Image")
    return { ...args.inputs, repoDigest: `repository@sha256:${args.name}` };
  const metadata = args.inputs.metadata as { name?: string } | undefined;
  return { ...args.inputs, metadata: { name: `${args.name}-${SUFFIX}`, ...metadata } };
}

/** Marks a secret in the state. */
export const SECRET = "4dabf18193072939515e22adb298388d";

/** The value without the marks of its secrets. */
function opened(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(opened);
  if (SECRET in value) return opened((value as { value?: unknown }).value);
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, opened(field)]));
}

interface Request {
  getType(): string;
  getName(): string;
  getParent(): string;
  getProvider(): string;
  getDependenciesList(): string[];
  getProtect(): boolean;
  getRetainondelete(): boolean;
  getCustom(): boolean;
  getCustomtimeouts(): { toObject(): Record<string, string> } | undefined;
  getObject(): { toJavaScript(): Record<string, unknown> };
}

interface OutputsRequest {
  getUrn(): string;
  getOutputs(): { toJavaScript(): Record<string, unknown> };
}

interface Monitor {
  registerResource(request: Request, callback: unknown): unknown;
  registerResourceOutputs(request: OutputsRequest, callback: unknown): unknown;
}

/** Runs a program against a mocked engine and waits until every resource is registered. In a preview nothing that only a
 * provider can tell is known. */
export async function run<T>(program: () => T, preview = false): Promise<Run<T>> {
  const inputs = new Map<string, Record<string, unknown>>();
  await pulumi.runtime.setMocks(
    {
      newResource: (args) => {
        inputs.set(`${args.type} ${args.name}`, args.inputs as Record<string, unknown>);
        return preview ? { id: undefined, state: {} } : { id: `${args.name}-id`, state: stateOf(args) };
      },
      call: (args) => args.inputs as Record<string, unknown>,
    },
    "project",
    "stack",
    preview,
  );
  const resources: Registered[] = [];
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const register = monitor.registerResource.bind(monitor);
  const registerOutputs = monitor.registerResourceOutputs.bind(monitor);
  monitor.registerResource = (request, callback) => {
    resources.push(describe(request));
    return register(request, callback);
  };
  monitor.registerResourceOutputs = (request, callback) => {
    const component = resources.find((each) => `${each.type} ${each.name}` === shortName(request.getUrn()));
    component?.outputs.push(...Object.keys(request.getOutputs().toJavaScript()));
    return registerOutputs(request, callback);
  };
  const result = program();
  await pulumi.runtime.disconnect();
  for (const each of resources)
    each.inputs = opened(inputs.get(`${each.type} ${each.name}`)) as Record<string, unknown>;
  return { result, resources: resources.filter((each) => !each.type.startsWith("pulumi:")) };
}

function describe(request: Request): Registered {
  return {
    type: request.getType(),
    name: request.getName(),
    parent: request.getParent() && shortName(request.getParent()),
    provider: (shortName(request.getProvider()).split(" ")[1] ?? "").replace(/::.*$/, ""),
    dependencies: request.getDependenciesList().map(shortName).sort(),
    protect: request.getProtect(),
    retainOnDelete: request.getRetainondelete(),
    timeouts: Object.values(request.getCustomtimeouts()?.toObject() ?? {}).filter(Boolean),
    custom: request.getCustom(),
    inputs: {},
    raw: request.getObject().toJavaScript(),
    outputs: [],
  };
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
