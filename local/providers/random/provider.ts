import { changesBetween } from "../plugin/changes";
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
} from "../plugin/provider";
import { unsupportedType } from "../plugin/unsupported";
import { containsUnknown, makeSecret, plainProperties, UNKNOWN, type Properties } from "../plugin/values";
import { packageVersion } from "../plugin/version";
import { password, problem, type PasswordRules } from "./password";

const PASSWORD = "random:index/randomPassword:RandomPassword";
const DEFAULTS: Properties = {
  lower: true,
  upper: true,
  numeric: true,
  number: true,
  special: true,
  minLower: 0,
  minUpper: 0,
  minNumeric: 0,
  minSpecial: 0,
};

/**
 * random.RandomPassword. As with the official provider, every change replaces it. The output bcryptHash is missing.
 */
export class RandomProvider implements ResourceProvider {
  readonly version = packageVersion("@pulumi/random");

  async configure(): Promise<void> {
    // The provider has no settings.
  }

  diffConfig(): ConfigDiff {
    return { changed: [], replaces: [] };
  }

  async check({ type, newInputs }: CheckRequest): Promise<CheckResult> {
    if (type !== PASSWORD) throw unsupportedType("random", "RandomPassword", type, this.version);
    // "number" is the former name of "numeric". Either sets both.
    const numeric = newInputs.numeric ?? newInputs.number ?? true;
    const inputs = { ...DEFAULTS, ...newInputs, numeric, number: numeric };
    if (containsUnknown(inputs)) return { inputs };
    const reason = problem(rulesOf(inputs));
    return { inputs, failures: reason ? [{ property: "length", reason }] : [] };
  }

  async diff({ oldInputs, newInputs }: DiffRequest): Promise<DiffResult> {
    const changes = changesBetween(plainProperties(oldInputs), plainProperties(newInputs));
    return { changes: changes.map(({ path, kind }) => ({ path, kind, replace: true })) };
  }

  async create({ inputs, preview }: CreateRequest): Promise<CreateResult> {
    const result = preview ? UNKNOWN : password(rulesOf(inputs));
    return { id: preview ? "" : "none", state: { ...inputs, result: makeSecret(result) } };
  }

  async read({ inputs, state }: ReadRequest): Promise<ReadResult> {
    return { inputs, state };
  }

  async update(): Promise<Properties> {
    throw new Error("A RandomPassword cannot be updated; every change replaces it.");
  }

  async delete(): Promise<void> {
    // The password exists only in the state.
  }
}

function rulesOf(inputs: Properties): PasswordRules {
  return plainProperties(inputs) as unknown as PasswordRules;
}
