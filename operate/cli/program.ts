import { basename } from "node:path";
import { Command } from "commander";
import { backupCommands } from "./backup";
import type { ClusterAccess } from "./clusterAccess";
import { consoleCommand } from "./console";
import { deadLettersCommand } from "./deadLetters";
import { doctorCommand } from "./doctor";
import { drillCommand } from "./drill";
import { migrateCommand } from "./migrate";
import { queuesCommand } from "./queues";
import { recoverCommand } from "./recover";
import { reportCommand } from "./report";
import { runProgram } from "./runProgram";
import { sizeCommand } from "./size";
import { statusCommand } from "./status";
import { tasksCommand } from "./tasks";
import { upgradeCommand } from "./upgrade";

/** Runs the `ha-celery` command line. */
export function runCommandLine(access: ClusterAccess): void {
  runProgram(createProgram(access));
}

/** The `ha-celery` command line with all its commands. */
export function createProgram(access: ClusterAccess): Command {
  const program = new Command(nameOf(process.argv[1])).description(
    "Size, test, watch, and repair a HaCelery installation. Requires only a kubeconfig.",
  );
  statusCommand(program, access);
  consoleCommand(program, access);
  queuesCommand(program, access);
  tasksCommand(program, access);
  deadLettersCommand(program, access);
  drillCommand(program, access);
  reportCommand(program);
  recoverCommand(program, access);
  upgradeCommand(program, access);
  doctorCommand(program, access);
  backupCommands(program, access);
  sizeCommand(program);
  migrateCommand(program, access);
  return program;
}

/** Name of the command in its help. kubectl finds `kubectl-ha_celery` in PATH when it is called as `kubectl ha-celery`. */
export const nameOf = (executable = ""): string =>
  basename(executable) === "kubectl-ha_celery" ? "kubectl ha-celery" : "ha-celery";
