import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";
import { mockProvider } from "./mockProvider";
import { type GeneratedValues } from "./mockOutputs";
import { type Run, runMocked } from "./engine";
import { configurationOf, type Overrides, PROJECT } from "./stackConfig";

/** What the program exports: the stack's outputs. */
export type Program = typeof import("../index");

/** How to run a stack without Pulumi. */
export interface StackOptions {
  /** Configuration that wins over the stack's file.
   * @default none */
  overrides?: Overrides;
  /** What providers would make up. */
  generated: GeneratedValues;
  /** Nothing that only a provider can tell is known.
   * @default false */
  preview?: boolean;
}

/** Runs the program with a stack's configuration against the mocked engine. Needs no Pulumi CLI, cluster or cloud. One run
 * at a time: Pulumi knows one program in a process. */
export function runStack(stack: string, options: StackOptions): Promise<Run<Program>> {
  const { overrides, generated, preview } = options;
  const config = configurationOf(stack, overrides);
  return runMocked(
    () => {
      pulumi.runtime.setAllConfig(config);
      return load();
    },
    { answer: mockProvider(generated), project: PROJECT, stack, preview },
  );
}

/** index.ts is a program: loading it is running it. */
function load(): Program {
  const require = createRequire(__filename);
  const path = require.resolve("../index");
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- the way to run a module again
  delete require.cache[path];
  return require(path) as Program;
}
