import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { Command } from "commander";
import type { WantedPassword } from "./answers";
import { RenderError } from "./errors";
import { PasswordFile } from "./passwords";
import { renderStack } from "./stack";
import { type Overrides, PROGRAM, stacks } from "./stackConfig";
import { masked, toYaml } from "./yaml";

interface Options {
  stack: string;
  config: Overrides;
  passwords?: string;
}

function assignment(value: string, before: Overrides): Overrides {
  const [, key, setting] = /^([\w:-]+)=(.*)$/s.exec(value) ?? [];
  if (key !== undefined && setting !== undefined) return { ...before, [key]: setting };
  throw new RenderError(
    `--config is "${value}", which sets no key. Write key=value, for example --config brokerReplicas=5.`,
  );
}

async function render({ stack, config, passwords }: Options): Promise<void> {
  const file = passwords === undefined ? undefined : new PasswordFile(passwords, stack);
  const password = (name: string, wanted: WantedPassword) => file?.of(name, wanted) ?? "";
  const objects = await renderStack(stack, { overrides: config, password });
  if (file) tellOf(file.save(), passwords);
  else
    console.error(
      "Secrets hold placeholders, with which no broker starts. --passwords FILE generates and keeps passwords.",
    );
  process.stdout.write(toYaml(file ? objects : objects.map(masked)));
}

function tellOf(added: number, file = ""): void {
  if (added > 0) console.error(`${added} new passwords in ${file}. Keep it, and keep it secret.`);
}

const program = new Command("render")
  .description("Prints the Kubernetes objects of a stack as YAML. Needs no Pulumi CLI, cluster or cloud.")
  .requiredOption("--stack <name>", `one of ${stacks().join(", ")}`)
  .option("--config <key=value>", "another value of the configuration; may be repeated", assignment, {})
  .option(
    "--passwords <file>",
    "file that generated passwords are kept in; it is created when it does not exist",
  )
  .action((options: Options) =>
    render({
      ...options,
      passwords: options.passwords && resolve(process.env.INIT_CWD ?? "", options.passwords),
    }),
  );

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
