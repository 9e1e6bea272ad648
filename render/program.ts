import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";
import { mockProvider } from "./mockProvider";
import { type GeneratedValues } from "./mockOutputs";
import { type Run, runMocked } from "./engine";
import { configurationOf, type Overrides, PROJECT } from "./stackConfig";

/** The program's exports: the stack's outputs. */
export type Program = typeof import("../index");

/** Options of `runStack`. */
export interface StackOptions {
  /** Configuration that overrides the stack's file.
   * @default none */
  overrides?: Overrides;
  /** Values that the providers generate. */
  generated: GeneratedValues;
  /** Whether provider outputs are unknown, as in a preview.
   * @default false */
  preview?: boolean;
}

/**
 * Runs the program with a stack's configuration against the mocked engine. Requires no Pulumi CLI, cluster or cloud
 * account. Runs must not overlap, because Pulumi supports one program per process.
 */
export function runStack(stack: string, options: StackOptions): Promise<Run<Program>> {
  const { overrides, generated, preview } = options;
  const config = configurationOf(stack, overrides);
  return runMocked(
    () => {
      pulumi.runtime.setAllConfig(config);
      return load();
    },
    { provider: mockProvider(generated), project: PROJECT, stack, preview },
  );
}

/** Loads index.ts again, which runs the program. */
function load(): Program {
  const require = createRequire(__filename);
  const path = require.resolve("../index");
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- makes Node run the module again
  delete require.cache[path];
  return require(path) as Program;
}
