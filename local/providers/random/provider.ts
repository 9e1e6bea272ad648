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

/** random.RandomPassword. Every change replaces it, as with the official provider; its bcryptHash output is left out. */
export class RandomProvider implements ResourceProvider {
  readonly version = packageVersion("@pulumi/random");

  async configure(): Promise<void> {
    // Nothing to set up.
  }

  diffConfig(): ConfigDiff {
    return { changed: [], replaces: [] };
  }

  async check({ type, newInputs }: CheckRequest): Promise<CheckResult> {
    if (type !== PASSWORD) {
      throw new Error(
        `The local stand-in for the random provider makes RandomPassword only, not ${type}. ` +
          `For other types install the official plugin: pulumi plugin install resource random ${this.version}`,
      );
    }
    // "number" is the older name of "numeric": either one sets both.
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
    // A password lives in the state only.
  }
}

function rulesOf(inputs: Properties): PasswordRules {
  return plainProperties(inputs) as unknown as PasswordRules;
}
