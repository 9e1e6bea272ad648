import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { Command } from "commander";
import { assignment, type RenderCommandOptions, render } from "./command";
import { RenderError } from "./errors";
import { PROGRAM, stacks } from "./stackConfig";

// npm runs scripts in the program's folder; INIT_CWD is the folder in which the user called it.
const calledIn = process.env.INIT_CWD ?? process.cwd();

const program = new Command("render")
  .description(
    "Prints the Kubernetes objects of a stack as YAML. Requires no Pulumi CLI, cluster or cloud account.",
  )
  .requiredOption("--stack <name>", `one of ${stacks().join(", ")}`)
  .option("--config <key=value>", "overrides a configuration value; can be repeated", assignment, {})
  .option("--passwords <file>", "file for generated passwords; created if it does not exist", (path) =>
    resolve(calledIn, path),
  )
  .action(async (options: RenderCommandOptions) => {
    const { yaml, note } = await render(options);
    if (note) console.error(note);
    process.stdout.write(yaml);
  });

// Standard output is reserved for YAML, but without an engine Pulumi prints a program's logs there.
console.log = console.info = console.error;
// The program's paths are relative to its folder.
process.chdir(PROGRAM);
program.parseAsync().catch((error: unknown) => {
  const isUserError =
    error instanceof RenderError ||
    pulumi.RunError.isInstance(error) ||
    pulumi.ResourceError.isInstance(error);
  console.error(isUserError ? error.message : error);
  process.exit(1);
});
