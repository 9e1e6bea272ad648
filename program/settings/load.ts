import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { rules, warnings } from "./rules";
import type { ValidSettings } from "./rule";
import { schema, type Settings } from "./schema";
import { type Source, Messages } from "./messages";

export { type Settings, Target } from "./schema";

/** Valid settings, and warnings about those that are possibly unintended. */
export interface Parsed {
  readonly settings: Settings;
  readonly warnings: string[];
}

/** Reads the configuration of the current stack and logs its warnings. Throws one error that lists every problem
 * with its fix. */
export function loadSettings(): Settings {
  const config = pulumi.runtime.allConfig();
  const { settings, warnings } = parseSettings({
    config,
    project: pulumi.getProject(),
    stack: pulumi.getStack(),
    encrypted: Object.keys(config).filter(isEncrypted),
  });
  for (const warning of warnings) void pulumi.log.warn(warning);
  return settings;
}

/** Does the same as a pure function of the configuration's keys and values. */
export function parseSettings(source: Source): Parsed {
  const messages = new Messages(source);
  const values = valuesOf(source);
  const project = source.config["gcp:project"] ?? "";
  const { success, data, error } = schema.safeParse(values);
  const valid = success ? data : validSettings(values, error);
  const problems = [
    ...(error?.issues ?? []).flatMap((issue) => messages.issue(issue)),
    ...rules({ ...valid, project }, messages),
    ...Object.keys(values)
      .filter((key) => messages.isEncrypted([key]))
      .map((key) => messages.encrypted(key)),
  ];
  const unknown = Object.keys(values)
    .filter((key) => !(key in schema.shape))
    .map((key) => messages.unknown(key));
  if (!success || problems.length > 0)
    throw new pulumi.RunError(refusal(source.stack, [...problems, ...unknown]));
  const settings = { ...data, project };
  return { settings, warnings: [...warnings(settings, messages), ...unknown] };
}

/** The SDK knows it, but does not declare it. */
const isEncrypted = (key: string): boolean =>
  (pulumi.runtime as unknown as { isConfigSecret(key: string): boolean }).isConfigSecret(key);

/** Values of the program's own keys, without their prefix. */
function valuesOf({ config, project }: Source): Record<string, string> {
  const prefix = `${project}:`;
  const own = Object.entries(config).filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value]));
}

/** Settings without a problem of their own, for the rules between settings. */
function validSettings(values: Record<string, string>, { issues }: z.ZodError): ValidSettings {
  const invalid = new Set(issues.map(({ path: [key] }) => key));
  const valid = Object.entries(values).filter(([key]) => !invalid.has(key));
  return schema.partial().parse(Object.fromEntries(valid));
}

function refusal(stack: string, problems: string[]): string {
  const count =
    problems.length === 1 ? "a configuration problem" : `${problems.length} configuration problems`;
  return [`Stack "${stack}" has ${count}:`, ...problems.map((line) => `  - ${line}`)].join("\n");
}
