#!/usr/bin/env node
import { Command } from "commander";
import pc from "picocolors";
import { UserError } from "../local/errors";
import { drillCommand } from "./drill";

const program = new Command("ha-celery").description(
  "Look after a HaCelery installation; only a kubeconfig is needed",
);
drillCommand(program);

program.parseAsync().then(
  () => process.exit(),
  (error: unknown) => {
    console.error(error instanceof UserError ? `\n${pc.red("Error:")} ${error.message}` : error);
    process.exit(1);
  },
);
