import { readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { RenderError } from "./errors";

/** Folder of the Pulumi program. */
export const PROGRAM = resolve(__dirname, "..");

/** Name of the Pulumi project. */
export const PROJECT = "ha-celery";

/** Configuration from the command line. Keys without a namespace belong to the project. */
export type Overrides = Record<string, string>;

interface Project {
  config: Record<string, { default?: unknown; value?: unknown }>;
}

/** Returns the names of the stacks that have a file. */
export function stacks(folder = PROGRAM): string[] {
  return readdirSync(folder)
    .flatMap((file) => /^Pulumi\.([\w-]+)\.yaml$/.exec(file)?.[1] ?? [])
    .sort();
}

/**
 * Returns the program's configuration: the project's defaults, then the stack's file, then `overrides`; all values
 * as text.
 */
export function configurationOf(
  stack: string,
  overrides: Overrides = {},
  folder = PROGRAM,
): Record<string, string> {
  const project = read<Project>(join(folder, "Pulumi.yaml"));
  const defaults = Object.entries(project.config).map(
    ([key, field]) => [key, field.value ?? field.default] as const,
  );
  return {
    ...withNamespace(Object.fromEntries(defaults)),
    ...withNamespace(withoutSecrets(stack, ofStack(stack, folder), overrides)),
    ...withNamespace(overrides),
  };
}

function ofStack(stack: string, folder: string): Record<string, unknown> {
  const known = stacks(folder);
  if (!known.includes(stack)) {
    throw new RenderError(
      `--stack is "${stack}", but there is no Pulumi.${stack}.yaml. Use one of ${known.join(", ")}.`,
    );
  }
  // An empty file is null.
  const file = read<{ config?: Record<string, unknown> } | null>(join(folder, `Pulumi.${stack}.yaml`));
  return file?.config ?? {};
}

/** Removes encrypted values, which only the Pulumi CLI can decrypt. Each must be overridden. */
function withoutSecrets(
  stack: string,
  config: Record<string, unknown>,
  overrides: Overrides,
): Record<string, unknown> {
  const given = withNamespace(overrides);
  const secret = Object.keys(config).filter((key) => isSecret(config[key]));
  const missing = secret.filter((key) => given[namespaced(key)] === undefined);
  if (missing.length > 0) {
    throw new RenderError(
      missing
        .map(
          (key) =>
            `${key} is encrypted in Pulumi.${stack}.yaml, which only Pulumi can decrypt. Pass it: --config ${key}=VALUE`,
        )
        .join("\n"),
    );
  }
  return Object.fromEntries(Object.entries(config).filter(([key]) => !secret.includes(key)));
}

const isSecret = (value: unknown) => typeof value === "object" && value !== null && "secure" in value;

const namespaced = (key: string) => (key.includes(":") ? key : `${PROJECT}:${key}`);

function withNamespace(values: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) =>
      value === undefined
        ? []
        : [[namespaced(key), typeof value === "string" ? value : JSON.stringify(value)]],
    ),
  );
}

const read = <T>(file: string) => parse(readFileSync(file, "utf8")) as T;
