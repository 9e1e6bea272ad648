import type { PasswordInputs } from "./mockOutputs";
import { RenderError } from "./errors";
import { PasswordFile } from "./passwords";
import { renderStack } from "./stack";
import { configurationOf, type Overrides } from "./stackConfig";
import { masked, toYaml } from "./yaml";

/** Options of the render command. */
export interface RenderCommandOptions {
  stack: string;
  config: Overrides;
  passwords?: string;
}

/** Output of the render command. */
export interface Rendered {
  /** Text for standard output. */
  yaml: string;
  /** Message for the user. */
  note?: string;
}

/** Parses one `--config key=value`. */
export function assignment(value: string, before: Overrides): Overrides {
  const [, key, setting] = /^([\w:-]+)=(.*)$/s.exec(value) ?? [];
  if (key !== undefined && setting !== undefined) return { ...before, [key]: setting };
  throw new RenderError(
    `--config is "${value}", which is not a configuration setting. Write key=value, for example --config brokerReplicas=5.`,
  );
}

/**
 * Renders a stack as YAML, with placeholders or with the passwords of a file. Passwords that the file lacks are
 * generated and added.
 */
export async function render({ stack, config, passwords }: RenderCommandOptions): Promise<Rendered> {
  if (passwords === undefined) {
    const objects = await renderStack(stack, { overrides: config, password: () => "" });
    rejectGeneratedCertificate(stack, config);
    return {
      yaml: toYaml(objects.map(masked)),
      note: "Secrets contain placeholders, with which no broker starts. Use --passwords FILE to generate and keep passwords.",
    };
  }
  const file = new PasswordFile(passwords, stack);
  const password = (name: string, wanted: PasswordInputs) => file.of(name, wanted);
  const objects = await renderStack(stack, { overrides: config, password });
  rejectGeneratedCertificate(stack, config);
  const added = file.save();
  return {
    yaml: toYaml(objects),
    ...(added > 0 && { note: `${added} new passwords in ${passwords}. Keep this file, and keep it secret.` }),
  };
}

function rejectGeneratedCertificate(stack: string, config: Overrides): void {
  if (configurationOf(stack, config)["ha-celery:brokerTls"] !== "generated") return;
  throw new RenderError(
    'brokerTls is "generated", but YAML cannot renew a certificate. Have another tool create it, for example cert-manager (docs/how-to/tls.md), and add: --config brokerTls=auto --config brokerTlsSecret=NAME --config brokerTlsServerName=HOST',
  );
}
