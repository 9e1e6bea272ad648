import * as pulumi from "@pulumi/pulumi";

/** A resource as the program registered it with the engine. */
export interface Registered {
  type: string;
  name: string;
  /** `type name` of the parent, or "" at the top level. */
  parent: string;
  /** Name of the explicit provider, or "". */
  provider: string;
  /** `type name` of each resource that it depends on. */
  dependencies: string[];
  protect: boolean;
  retainOnDelete: boolean;
  timeouts: string[];
  /** Paths of the inputs whose changes are ignored. */
  ignoreChanges: string[];
  /** Paths of the inputs whose changes replace the resource. */
  replaceOnChanges: string[];
  deleteBeforeReplace: boolean;
  /** Names of the hooks that run before the resource is updated. */
  beforeUpdate: string[];
  /** `type name` of each resource whose replacement also replaces this one. */
  replaceWith: string[];
  /** Value whose change replaces the resource. */
  replacementTrigger: unknown;
  custom: boolean;
  /** Inputs as the provider receives them, with secrets unwrapped. */
  inputs: Record<string, unknown>;
  /** Inputs as they are stored in the state, with secrets marked. */
  raw: unknown;
  /** Names of the registered outputs of a component. */
  outputs: string[];
}

/** A finished run of a program. */
export interface Run<T> {
  result: T;
  resources: Registered[];
  /** The explicit providers. */
  providers: Registered[];
}

/** Options of `runMocked`. */
export interface MockRunOptions {
  /** The providers' behavior. */
  provider: MockProvider;
  /** Whether provider outputs are unknown, as in a preview.
   * @default false */
  preview?: boolean;
  /** @default `project` */
  project?: string;
  /** @default `stack` */
  stack?: string;
}

const shortName = (urn: string) => urn.split("::").slice(2).join(" ").replace(/^.*\$/, "");

/** Key that marks a secret in the state. */
export const SECRET = "4dabf18193072939515e22adb298388d";

/** Returns a value with its secrets unwrapped. */
function unwrap(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(unwrap);
  if (SECRET in value) return unwrap((value as { value?: unknown }).value);
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, unwrap(field)]));
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
  getIgnorechangesList(): string[];
  getReplaceonchangesList(): string[];
  getDeletebeforereplace(): boolean;
  getReplaceWithList(): string[];
  getReplacementTrigger(): { toJavaScript(): unknown } | undefined;
  getHooks(): { getBeforeUpdateList(): string[] } | undefined;
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
  registerResourceHook(request: unknown, callback: (error: null, response: object) => void): void;
}

/** Returns the state of a resource that the program creates. */
export type MockProvider = (resource: pulumi.runtime.MockResourceArgs) => Record<string, unknown>;

/**
 * Runs a program against Pulumi's mocked engine, which creates nothing, and waits until every resource is
 * registered.
 */
export async function runMocked<T>(program: () => T, options: MockRunOptions): Promise<Run<T>> {
  const { provider, preview = false, project = "project", stack = "stack" } = options;
  const inputs = new Map<string, Record<string, unknown>>();
  await pulumi.runtime.setMocks(
    {
      newResource: (args) => {
        inputs.set(`${args.type} ${args.name}`, args.inputs as Record<string, unknown>);
        return preview ? { id: undefined, state: {} } : { id: `${args.name}-id`, state: provider(args) };
      },
      call: (args) => args.inputs as Record<string, unknown>,
    },
    project,
    stack,
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
  // Pulumi's mock does not support hooks.
  monitor.registerResourceHook = (_, callback) => callback(null, {});
  const result = program();
  await pulumi.runtime.disconnect();
  for (const each of resources)
    each.inputs = unwrap(inputs.get(`${each.type} ${each.name}`)) as Record<string, unknown>;
  return {
    result,
    resources: resources.filter(({ type }) => !type.startsWith("pulumi:")),
    providers: resources.filter(({ type }) => type.startsWith("pulumi:providers:")),
  };
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
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    deleteBeforeReplace: request.getDeletebeforereplace(),
    beforeUpdate: request.getHooks()?.getBeforeUpdateList() ?? [],
    replaceWith: request.getReplaceWithList().map(shortName),
    replacementTrigger: request.getReplacementTrigger()?.toJavaScript(),
    custom: request.getCustom(),
    inputs: {},
    raw: request.getObject().toJavaScript(),
    outputs: [],
  };
}
