import { Command } from "commander";
import type { ClusterAccess } from "./clusterAccess";
import { drillCommand } from "./drill";
import { recoverCommand } from "./recover";
import { runProgram } from "./runProgram";
import { statusCommand } from "./status";

/** Runs the `ha-celery` command line. */
export function runCommandLine(access: ClusterAccess): void {
  const program = new Command("ha-celery").description(
    "Test, watch, and repair a HaCelery installation. Requires only a kubeconfig.",
  );
  drillCommand(program, access);
  recoverCommand(program, access);
  statusCommand(program, access);
  runProgram(program);
}
