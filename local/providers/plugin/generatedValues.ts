import { changesBetween } from "./changes";
import type {
  CheckRequest,
  CheckResult,
  ConfigDiff,
  CreateRequest,
  CreateResult,
  DiffRequest,
  DiffResult,
  ReadRequest,
  ReadResult,
  ResourceProvider,
} from "./provider";
import { plainProperties, type Properties } from "./values";
import { packageVersion } from "./version";

/** A provider without settings whose resources exist only in the state: every change replaces them. */
export abstract class GeneratedValues implements ResourceProvider {
  readonly version: string;

  /** @param what - Its resources in an error, such as `A RandomPassword`. */
  protected constructor(
    npmPackage: string,
    private readonly what: string,
  ) {
    this.version = packageVersion(npmPackage);
  }

  abstract check(request: CheckRequest): Promise<CheckResult>;
  abstract create(request: CreateRequest): Promise<CreateResult>;

  async configure(): Promise<void> {
    // The provider has no settings.
  }

  diffConfig(): ConfigDiff {
    return { changed: [], replaces: [] };
  }

  async diff({ oldInputs, newInputs }: DiffRequest): Promise<DiffResult> {
    const changes = changesBetween(plainProperties(oldInputs), plainProperties(newInputs));
    return { changes: changes.map(({ path, kind }) => ({ path, kind, replace: true })) };
  }

  async read({ inputs, state }: ReadRequest): Promise<ReadResult> {
    return { inputs, state };
  }

  async update(): Promise<Properties> {
    throw new Error(`${this.what} cannot be updated; every change replaces it.`);
  }

  async delete(): Promise<void> {
    // It exists only in the state.
  }
}
