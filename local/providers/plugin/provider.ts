import type { Properties } from "./values";

/** The resource of an operation, and functions that report on it. */
export interface Operation {
  urn: string;
  type: string;
  name: string;
  /** Aborted when the user cancels. Waits then end, and existing objects are reported to the engine. */
  signal: AbortSignal;
  /** Prints a line that stays in the output. */
  info(message: string): void;
  warn(message: string): void;
  /** Shows a line beside the resource until the next one replaces it. */
  status(message: string): void;
}

export interface CheckRequest extends Operation {
  oldInputs: Properties;
  newInputs: Properties;
  randomSeed: Uint8Array;
  /** Name proposed by the stack's autonaming configuration, or "disabled" if it forbids generated names. */
  autoname?: { proposed: string } | "disabled";
}
export interface CheckResult {
  inputs: Properties;
  failures?: { property: string; reason: string }[];
}

export interface DiffRequest extends Operation {
  oldInputs: Properties;
  oldState: Properties;
  newInputs: Properties;
}
export type ChangeKind = "add" | "delete" | "update";
export interface Change {
  path: (string | number)[];
  kind: ChangeKind;
  replace: boolean;
}
export interface DiffResult {
  changes: Change[];
  deleteBeforeReplace?: boolean;
}

export interface CreateRequest extends Operation {
  inputs: Properties;
  timeoutSeconds: number;
  preview: boolean;
}
export interface CreateResult {
  id: string;
  state: Properties;
}

export interface ReadRequest extends Operation {
  id: string;
  /** Inputs and state are empty if the resource is imported. */
  inputs: Properties;
  state: Properties;
}
export interface ReadResult {
  inputs: Properties;
  state: Properties;
}

export interface UpdateRequest extends Operation {
  id: string;
  oldState: Properties;
  newInputs: Properties;
  timeoutSeconds: number;
  preview: boolean;
}

export interface DeleteRequest extends Operation {
  id: string;
  state: Properties;
  timeoutSeconds: number;
}

export interface ConfigDiff {
  changed: string[];
  replaces: string[];
}

/** A provider plugin, independent of the engine's protocol. */
export interface ResourceProvider {
  readonly version: string;
  configure(config: Properties): Promise<void>;
  diffConfig(oldConfig: Properties, newConfig: Properties): ConfigDiff;
  check(request: CheckRequest): Promise<CheckResult>;
  diff(request: DiffRequest): Promise<DiffResult>;
  create(request: CreateRequest): Promise<CreateResult>;
  /** Returns undefined if the resource no longer exists. */
  read(request: ReadRequest): Promise<ReadResult | undefined>;
  update(request: UpdateRequest): Promise<Properties>;
  delete(request: DeleteRequest): Promise<void>;
  /** Calls a function. Absent if the provider has none. */
  invoke?(token: string, args: Properties): Promise<Properties>;
}

/** The resource exists but is not ready. The engine keeps it in the state and retries at the next update. */
export class InitializationFailed extends Error {
  override readonly name = "InitializationFailed";
  constructor(
    readonly reasons: string[],
    readonly id: string,
    readonly state: Properties,
    readonly inputs?: Properties,
  ) {
    super(reasons.join("\n"));
  }
}
