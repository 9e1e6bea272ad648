import { GeneratedValues } from "../plugin/generatedValues";
import type { CheckRequest, CheckResult, CreateRequest, CreateResult } from "../plugin/provider";
import { unsupportedType } from "../plugin/unsupported";
import { containsUnknown, makeSecret, plainProperties, UNKNOWN, type Properties } from "../plugin/values";
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
export class RandomProvider extends GeneratedValues {
  constructor() {
    super("@pulumi/random", "A RandomPassword");
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

  async create({ inputs, preview }: CreateRequest): Promise<CreateResult> {
    const result = preview ? UNKNOWN : password(rulesOf(inputs));
    return { id: preview ? "" : "none", state: { ...inputs, result: makeSecret(result) } };
  }
}

function rulesOf(inputs: Properties): PasswordRules {
  return plainProperties(inputs) as unknown as PasswordRules;
}
