import type { Command } from "commander";
import { colorsFor } from "../colors";
import { messageOf, UserError } from "../errors";

/** Runs the command that the arguments name, then exits: with 0, or after printing the error with 1. */
export function runProgram(program: Command): void {
  // Without this, Node exits with 0 if nothing is left that could settle a pending promise.
  process.once("beforeExit", () => fail(new UserError("the command ended without a result")));
  program.parseAsync().then(() => process.exit(), fail);
}

function fail(error: unknown): never {
  const { red } = colorsFor(process.stderr);
  console.error(error instanceof UserError ? `\n${red("Error:")} ${messageOf(error)}` : error);
  process.exit(1);
}
