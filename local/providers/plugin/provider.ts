import type { Properties } from "./values";

/** Which resource an operation is about, and how to talk about it. */
export interface Operation {
  urn: string;
  type: string;
  name: string;
  /** Aborted when the user cancels: waits end promptly and what exists is reported. */
  signal: AbortSignal;
  /** A line that stays in the output. */
  info(message: string): void;
  warn(message: string): void;
  /** A line beside the resource while it is worked on; the next one overwrites it. */
  status(message: string): void;
}

export interface CheckRequest extends Operation {
  oldInputs: Properties;
  newInputs: Properties;
  randomSeed: Uint8Array;
  /** A name that the stack's own naming rule asks for, or "disabled" where it forbids generated names. */
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
  /** Both empty when the resource is imported. */
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

/** What a provider plugin does; the server turns it into the engine's protocol. */
export interface ResourceProvider {
  readonly version: string;
  configure(config: Properties): Promise<void>;
  diffConfig(oldConfig: Properties, newConfig: Properties): ConfigDiff;
  check(request: CheckRequest): Promise<CheckResult>;
  diff(request: DiffRequest): Promise<DiffResult>;
  create(request: CreateRequest): Promise<CreateResult>;
  /** undefined: the resource is gone. */
  read(request: ReadRequest): Promise<ReadResult | undefined>;
  update(request: UpdateRequest): Promise<Properties>;
  delete(request: DeleteRequest): Promise<void>;
}

/** The resource exists, but is not what it should be: the engine keeps it in its state and tries again at the next update. */
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
