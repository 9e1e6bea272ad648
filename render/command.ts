import type { PasswordInputs } from "./mockOutputs";
import { RenderError } from "./errors";
import { PasswordFile } from "./passwords";
import { renderStack } from "./stack";
import type { Overrides } from "./stackConfig";
import { masked, toYaml } from "./yaml";

/** What the command line says. */
export interface RenderCommandOptions {
  stack: string;
  config: Overrides;
  passwords?: string;
}

/** What the command prints. */
export interface Rendered {
  /** For standard output. */
  yaml: string;
  /** For people. */
  note?: string;
}

/** Reads one `--config key=value`. */
export function assignment(value: string, before: Overrides): Overrides {
  const [, key, setting] = /^([\w:-]+)=(.*)$/s.exec(value) ?? [];
  if (key !== undefined && setting !== undefined) return { ...before, [key]: setting };
  throw new RenderError(
    `--config is "${value}", which sets no key. Write key=value, for example --config brokerReplicas=5.`,
  );
}

/** The YAML of a stack: with placeholders, or with the passwords of a file, which gets those that it lacks. */
export async function render({ stack, config, passwords }: RenderCommandOptions): Promise<Rendered> {
  if (passwords === undefined) {
    const objects = await renderStack(stack, { overrides: config, password: () => "" });
    return {
      yaml: toYaml(objects.map(masked)),
      note: "Secrets hold placeholders, with which no broker starts. --passwords FILE generates and keeps passwords.",
    };
  }
  const file = new PasswordFile(passwords, stack);
  const password = (name: string, wanted: PasswordInputs) => file.of(name, wanted);
  const objects = await renderStack(stack, { overrides: config, password });
  const added = file.save();
  return {
    yaml: toYaml(objects),
    ...(added > 0 && { note: `${added} new passwords in ${passwords}. Keep it, and keep it secret.` }),
  };
}
