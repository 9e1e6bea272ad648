import type { Command } from "commander";
import { LONGEST_TASK_SECONDS } from "../../components/shared/celery/contract";
import { formatPlan, notes } from "../size/format";
import { keysOf } from "../size/keys";
import { planFor } from "../size/plan";
import { DEFAULTS, type GivenWish } from "../size/wish";
import { countOption, sizeOption } from "./amountOption";
import { numberOption } from "./numberOption";

interface SizeOptions extends GivenWish {
  readonly json?: boolean;
}

/** Adds `ha-celery size`, which needs no cluster. */
export function sizeCommand(program: Command): void {
  program
    .command("size")
    .description(
      "compute brokers, queues, worker pools, and costs for a load, with the configuration keys; without a cluster",
    )
    .requiredOption("--tasks-per-second <rate>", "tasks at the busiest time, such as 2000 or 2k", countOption)
    .option(
      "--payload <size>",
      "serialized arguments of a task, after compression (default: 1kB)",
      sizeOption,
    )
    .option("--task-seconds <seconds>", "run time, waiting included", numberOption(), DEFAULTS.taskSeconds)
    .option(
      "--cpu-share <share>",
      "share of the run time that uses a CPU",
      numberOption({ max: 1 }),
      DEFAULTS.cpuShare,
    )
    .option("--app-memory <size>", "the application's memory in each process (default: 100MB)", sizeOption)
    .option(
      "--longest-task-seconds <seconds>",
      "time after which a task is killed (default: ten run times, at least 60)",
      numberOption({ integer: true, min: LONGEST_TASK_SECONDS.least, max: LONGEST_TASK_SECONDS.most }),
    )
    .option(
      "--backlog <tasks>",
      "tasks that may wait, such as 1M (default: those of ten minutes)",
      countOption,
    )
    .option(
      "--publishers <count>",
      "processes that publish, each with a connection",
      countOption,
      DEFAULTS.publishers,
    )
    .option(
      "--concurrency <count>",
      "tasks that a worker pod runs at a time (default: 4; 8 below a CPU share of 0.5)",
      numberOption({ integer: true, min: 1, max: 100 }),
    )
    .option(
      "--headroom <factor>",
      "factor on the rate; with 1.5, two of three nodes carry the load",
      numberOption({ min: 1, max: 10 }),
      DEFAULTS.headroom,
    )
    .option("--json", "print one JSON object instead of text")
    .action(run);
}

function run({ json, ...given }: SizeOptions): void {
  const plan = planFor(given);
  console.log(
    json
      ? JSON.stringify({ ...plan, keys: keysOf(plan), notes: notes(plan) }, undefined, 2)
      : formatPlan(plan),
  );
}
