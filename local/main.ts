import { Command } from "commander";
import pc from "picocolors";
import { clean, down } from "./down";
import { UserError } from "../operate/errors";
import { handleInterrupts } from "./interrupt";
import { withClusterLock } from "./lock";
import { makeCommand } from "./paths";
import type { StackConfig } from "./stackFile";
import { status } from "./status";
import { up, type UpOptions } from "./up";
import { passed, sentence, type Verdict } from "./verdict";

const NAME = /^[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?$/;

function clusterName(value: string): string {
  if (NAME.test(value)) return value;
  throw new UserError(
    `"${value}" cannot name a cluster: use lower case letters, digits and -, at most 22, for example "lab".`,
  );
}

function taskCount(value: string): number {
  if (/^\d+$/.test(value)) return Number(value);
  throw new UserError(`"${value}" is not a number of tasks: use a whole number, for example TASKS=1000.`);
}

function nodeCount(value: string): number {
  if (/^[3-9]$/.test(value)) return Number(value);
  throw new UserError(`"${value}" is not a number of nodes: use 3 to 9, for example NODES=4.`);
}

function assignment(value: string, before: StackConfig): StackConfig {
  const [, key, setting] = /^(\w+)=(.*)$/s.exec(value) ?? [];
  if (key) return { ...before, [key]: setting };
  throw new UserError(
    `"${value}" does not set a key of the configuration: write KEY=VALUE, for example CONFIG="brokerReplicas=5".`,
  );
}

const program = new Command("ha-celery-local").description("Highly available Celery on this machine");
program
  .command("up")
  .option("--cluster <name>", "local cluster", clusterName, "local")
  .option("--stack <name>", "stack file", "local")
  .option("--run <name>", "schedule the tasks once more under this name")
  .option("--tasks <count>", "how many tasks to schedule", taskCount)
  .option("--nodes <count>", "nodes of a cluster that is made", nodeCount)
  .option("--config <key=value>", "another value of the configuration, this time", assignment, {})
  .action(async (options: UpOptions) => {
    const verdict = await withClusterLock(options.cluster, () => up(options));
    if (verdict) tell(verdict, options);
  });
program
  .command("status")
  .option("--cluster <name>", "local cluster", clusterName, "local")
  .option("--json", "for programs")
  .action(status);
program
  .command("down")
  .option("--cluster <name>", "local cluster", clusterName, "local")
  .action((options: { cluster: string }) => withClusterLock(options.cluster, () => down(options)));
program.command("clean").action(clean);

function tell(verdict: Verdict, { cluster }: UpOptions): void {
  const good = passed(verdict);
  const rate = verdict.seconds > 0 ? `, ${Math.round(verdict.done / verdict.seconds)} tasks/s` : "";
  console.log(
    `\n${good ? pc.green(sentence(verdict)) : pc.red(sentence(verdict))} (${verdict.seconds.toFixed(0)} s${rate})`,
  );
  for (const [worker, count] of Object.entries(verdict.workers)) console.log(`  ${worker}  ${count}`);
  const make = (goal: string) => makeCommand(goal, cluster);
  if (verdict.done > verdict.tasks)
    console.log(
      `This run was scheduled with more tasks before. Another number is a run of its own: ${make(`up RUN=run-2 TASKS=${verdict.tasks}`)}`,
    );
  console.log(`\nOnce more: ${make("up RUN=run-2")}   Look: ${make("status")}   End: ${make("down")}`);
  if (!good) process.exitCode = 1;
}

handleInterrupts();
program.parseAsync().then(
  () => process.exit(),
  (error: unknown) => {
    console.error(error instanceof UserError ? `\n${pc.red("Error:")} ${error.message}` : error);
    process.exit(1);
  },
);
