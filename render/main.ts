import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { Command } from "commander";
import { assignment, type RenderCommandOptions, render } from "./command";
import { RenderError } from "./errors";
import { PROGRAM, stacks } from "./stackConfig";

// npm runs scripts in the program's folder and tells where it was called.
const calledIn = process.env.INIT_CWD ?? process.cwd();

const program = new Command("render")
  .description("Prints the Kubernetes objects of a stack as YAML. Needs no Pulumi CLI, cluster or cloud.")
  .requiredOption("--stack <name>", `one of ${stacks().join(", ")}`)
  .option("--config <key=value>", "another value of the configuration; may be repeated", assignment, {})
  .option(
    "--passwords <file>",
    "file that generated passwords are kept in; it is created when it does not exist",
    (path) => resolve(calledIn, path),
  )
  .action(async (options: RenderCommandOptions) => {
    const { yaml, note } = await render(options);
    if (note) console.error(note);
    process.stdout.write(yaml);
  });

// Standard output is for YAML alone; without an engine Pulumi prints what programs log.
console.log = console.info = console.error;
// Paths of the program are relative to its folder.
process.chdir(PROGRAM);
program.parseAsync().catch((error: unknown) => {
  const mistake =
    error instanceof RenderError ||
    pulumi.RunError.isInstance(error) ||
    pulumi.ResourceError.isInstance(error);
  console.error(mistake ? error.message : error);
  process.exit(1);
});
