import { Command } from "commander";
import pc from "picocolors";
import { UserError } from "../errors";
import { drillCommand } from "./drill";
import type { Reach } from "./kubernetes";
import { recoverCommand } from "./recover";

/** Runs the command line; `reach` says how commands come to their cluster. */
export function run(reach: Reach): void {
  const program = new Command("ha-celery").description(
    "Look after a HaCelery installation; a kubeconfig is all it needs",
  );
  drillCommand(program, reach);
  recoverCommand(program, reach);
  // Else Node would end with success when nothing is left that could settle what is awaited.
  process.once("beforeExit", () => {
    console.error(`\n${pc.red("Error:")} ended without a result`);
    process.exit(1);
  });
  program.parseAsync().then(
    () => process.exit(),
    (error: unknown) => {
      console.error(error instanceof UserError ? `\n${pc.red("Error:")} ${error.message}` : error);
      process.exit(1);
    },
  );
}
