import "./noColor";
import { Command } from "commander";
import { assignment } from "./assignment";
import { clean, down, type DownOptions } from "./down";
import { runProgram } from "../operate/cli/runProgram";
import { colorsFor } from "../operate/colors";
import { UsageError } from "../operate/errors";
import { parseNumber } from "../operate/numbers";
import { moveBaseImages } from "./images/moveBaseImages";
import { handleInterrupts } from "./interrupt";
import { withClusterLock } from "./lock";
import { makeCommand } from "./paths";
import { status } from "./status";
import { up, type UpOptions } from "./up";
import { passed, describeResult, type RunResult } from "./runResult";

const NAME = /^[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?$/;

function clusterName(value: string): string {
  if (NAME.test(value)) return value;
  throw new UsageError(
    `"${value}" is not a valid cluster name: use at most 22 lowercase letters, digits and hyphens, for example "lab".`,
  );
}

function taskCount(value: string): number {
  const count = parseNumber(value, { integer: true });
  if (count !== undefined) return count;
  throw new UsageError(`"${value}" is not a number of tasks: use a whole number, for example TASKS=1000.`);
}

function nodeCount(value: string): number {
  const count = parseNumber(value, { integer: true, min: 3, max: 9 });
  if (count !== undefined) return count;
  throw new UsageError(`"${value}" is not a number of nodes: use 3 to 9, for example NODES=4.`);
}

const program = new Command("ha-celery-local").description("Highly available Celery on the local machine");
program
  .command("up")
  .description("bring up a cluster and a stack, and count the tasks")
  .option("--cluster <name>", "local cluster", clusterName, "local")
  .option("--stack <name>", "stack file", "local")
  .option("--run <name>", "name of a new run, which schedules the tasks again")
  .option("--tasks <count>", "number of tasks to schedule", taskCount)
  .option("--nodes <count>", "number of nodes when the cluster is created", nodeCount)
  .option("--monitoring", "also deploy a Prometheus that reads the metrics")
  .option(
    "--config <key=value>",
    "configuration value for this command only; can be repeated",
    assignment,
    {},
  )
  .action(async (options: UpOptions) => {
    const { run, prometheus } = await withClusterLock(options.cluster, () => up(options));
    if (prometheus) printPrometheus(prometheus);
    if (run) printResult(run, options);
  });
program
  .command("status")
  .description("show nodes, brokers, workers and the task count")
  .option("--cluster <name>", "local cluster", clusterName, "local")
  .option("--json", "print JSON")
  .action(status);
program
  .command("down")
  .description("take down a cluster and its stacks")
  .option("--cluster <name>", "local cluster", clusterName, "local")
  .option("--force", "also if another checkout created the cluster")
  .action((options: DownOptions) => withClusterLock(options.cluster, () => down(options)));
program
  .command("base-images")
  .description("move the base images of docker/base-images.json to the newest digests of their tags")
  .action(() => moveBaseImages(console.log));
program
  .command("clean")
  .description("take down every cluster, then remove images and the cache")
  .action(clean);

function printPrometheus(command: string): void {
  console.log(`\nPrometheus, at http://127.0.0.1:9090/targets and /alerts while this runs:\n  ${command}`);
}

function printResult(result: RunResult, { cluster }: UpOptions): void {
  const { tasks, done, seconds, workers } = result;
  const { green, red } = colorsFor(process.stdout);
  const color = passed(result) ? green : red;
  const rate = seconds > 0 ? `, ${Math.round(done / seconds)} tasks/s` : "";
  console.log(`\n${color(describeResult(result))} (${seconds.toFixed(0)} s${rate})`);
  for (const [worker, count] of Object.entries(workers)) console.log(`  ${worker}  ${count}`);
  const make = (goal: string) => makeCommand(goal, cluster);
  if (done > tasks)
    console.log(
      `An earlier run of the same name scheduled more tasks. Use a new name for another number: ${make(`up RUN=run-2 TASKS=${tasks}`)}`,
    );
  console.log(`\nRun again: ${make("up RUN=run-2")}   Status: ${make("status")}   Stop: ${make("down")}`);
  if (!passed(result)) process.exitCode = 1;
}

handleInterrupts();
runProgram(program);
