import * as pulumi from "@pulumi/pulumi";
import { gkeWarnings } from "./gkeRules";
import { rules } from "./rules";
import { schema, type Settings } from "./schema";
import { type Source, Messages } from "./messages";

export { type Settings, Target } from "./schema";

/** Settings, and what may not be meant in them. */
export interface Parsed {
  readonly settings: Settings;
  readonly warnings: string[];
}

/** Reads the configuration of the running stack and tells its warnings. Throws one error that names every problem and its fix. */
export function loadSettings(): Settings {
  const config = pulumi.runtime.allConfig();
  const { settings, warnings } = parseSettings({
    config,
    project: pulumi.getProject(),
    stack: pulumi.getStack(),
  });
  for (const warning of warnings) void pulumi.log.warn(warning);
  return settings;
}

/** The same as a pure function of the configuration's keys and values. */
export function parseSettings(source: Source): Parsed {
  const messages = new Messages(source);
  const prefix = `${source.project}:`;
  const given = Object.keys(source.config).flatMap((key) =>
    key.startsWith(prefix) ? [key.slice(prefix.length)] : [],
  );
  const known: Record<string, unknown> = { project: source.config["gcp:project"] ?? "" };
  const problems: string[] = [];
  for (const [key, type] of Object.entries(schema.shape)) {
    const { success, data, error } = type.safeParse(source.config[prefix + key]);
    if (success) known[key] = data;
    else problems.push(...error.issues.flatMap((issue) => messages.issue(key, issue)));
  }
  problems.push(...rules(known, messages));
  const unknown = given.filter((key) => !(key in schema.shape)).map((key) => messages.unknown(key));
  if (problems.length > 0) throw new pulumi.RunError(refusal(source.stack, [...problems, ...unknown]));
  return { settings: known as unknown as Settings, warnings: [...gkeWarnings(known, messages), ...unknown] };
}

function refusal(stack: string, problems: string[]): string {
  const count =
    problems.length === 1 ? "a configuration problem" : `${problems.length} configuration problems`;
  return [`Stack "${stack}" has ${count}:`, ...problems.map((line) => `  - ${line}`)].join("\n");
}
