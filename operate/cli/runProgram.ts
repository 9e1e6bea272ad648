import { type Command, CommanderError } from "commander";
import { unreachableMessage } from "../cluster/objects";
import { colorsFor } from "../colors";
import { messageOf, UsageError, UserError } from "../errors";
import { surviveClosedOutput } from "../output";
import { EXIT } from "./exitCodes";

/** Runs the command that the arguments name, and exits with one of `EXIT`. */
export function runProgram(program: Command): void {
  // Without this, Node exits with 0 if nothing is left that could settle a pending promise.
  process.once("beforeExit", () => fail(new UserError("the command ended without a result")));
  surviveClosedOutput();
  throwErrors(program);
  // A pipe takes long output in parts, and an exit would lose the rest.
  program.parseAsync().then(() => process.stdout.write("", () => process.exit()), fail);
}

/** By default, commander exits with 1 for a wrong option. */
function throwErrors(command: Command): void {
  command.exitOverride();
  command.commands.forEach(throwErrors);
}

function fail(error: unknown): never {
  const { red } = colorsFor(process.stderr);
  // Commander has printed its own.
  if (!(error instanceof CommanderError)) {
    const message = error instanceof UserError ? messageOf(error) : unreachableMessage(error);
    console.error(message === undefined ? error : `\n${red("Error:")} ${message}`);
  }
  process.exit(exitCodeOf(error));
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  return error instanceof UsageError ? EXIT.usage : EXIT.failed;
}
