import { type Command, InvalidArgumentError } from "commander";
import { findInstallation, type Installation } from "../cluster/installation";
import { runDrill } from "../drill/drill";
import { DEFAULT_LOAD, type LoadOptions } from "../drill/load";
import { summaryTable, verdictTable, writeReport } from "../drill/report";
import type { DrillPlan, DrillResult } from "../drill/plan";
import { SCENES } from "../drill/scenes";
import type { Scene } from "../drill/scenes/scene";
import { Sight } from "../drill/sight";
import { limitOptions } from "../drill/verdict/limitOptions";
import { type Limits, mergeLimits } from "../drill/verdict/limits";
import { openView } from "../drill/view";
import { UserError } from "../errors";
import { consent } from "./consent";
import type { Reach, Reached, Where } from "./kubernetes";
import { type PowerCommands, powerBy } from "./power";

interface Options extends Where, PowerCommands, Partial<LoadOptions>, Limits {
  readonly pool?: string;
  readonly usePool?: boolean;
  readonly victim?: number;
  readonly hold?: number;
  readonly warm: number;
  readonly cool: number;
  readonly patience: number;
  readonly times: number;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly allowProtected?: boolean;
  readonly json?: boolean;
  readonly report?: string;
}

export function drillCommand(program: Command, reach: Reach): void {
  const command = program
    .command("drill")
    .description("make a fault happen under load, and count by task id what was lost, duplicated and delayed")
    .argument("[scenes...]", "scenes, or `all`; without any: the list of scenes");
  reach
    .options(command)
    .option("--pool <name>", "worker pool that the drill's own workers are made after (default: the first)")
    .option("--use-pool", "let the pool's own workers do the drill's tasks, on their own queue")
    .option("--victim <ordinal>", "broker node to hit (default: the leader)", whole)
    .option("--rate <tasks>", `tasks published per second (default: ${DEFAULT_LOAD.rate})`, number)
    .option("--producers <count>", `processes that publish (default: ${DEFAULT_LOAD.producers})`, whole)
    .option(
      "--task-seconds <seconds>",
      `how long a task takes (default: ${DEFAULT_LOAD.taskSeconds})`,
      number,
    )
    .option("--workers <count>", `worker pods of the drill's own (default: ${DEFAULT_LOAD.workers})`, whole)
    .option("--concurrency <count>", `tasks at a time in each (default: ${DEFAULT_LOAD.concurrency})`, whole)
    .option("--prefetch <count>", "tasks that a worker holds for each of them (default: the pool's)", whole)
    .option("--hold <seconds>", "from the fault to its undoing (default: the scene's)", number)
    .option("--warm <seconds>", "load before the fault", number, 8)
    .option("--cool <seconds>", "load after all is whole again", number, 5)
    .option("--patience <seconds>", "how long to wait for full strength", number, 300)
    .option("--times <count>", "run each scene so often", whole, 1);
  for (const option of limitOptions()) command.addOption(option);
  command
    .option("--power-off <command>", "for node-off: cuts the power of the machine $NODE")
    .option("--power-on <command>", "for node-off: gives it back")
    .option("--yes", "consent: needed outside the local target")
    .option("--allow-protected", "also scenes that could cost data, on a protected installation")
    .option("--dry-run", "say what would be done, and whether it could be done now")
    .option("--json", "verdicts for programs, one object for each drill")
    .option("--report <folder>", "write a report with a timeline for each drill")
    .action((names: string[], options: Options) => drill(names, options, reach));
}

async function drill(names: string[], options: Options, reach: Reach): Promise<void> {
  if (names.length === 0) return list();
  const scenes = scenesOf(names);
  const reached = withPower(await reach.open(options), options);
  const installation = await findInstallation(reached.cluster, options);
  const possible = scenes.filter((scene) => names.includes(scene.name) || !scene.needsPower || reached.power);
  refuse(possible, installation, reached, options);
  if (options.dryRun) return dryRun(possible, installation, options);
  if (!reached.local && !options.yes)
    await consent(
      reached.cluster.context,
      `A drill (${possible.map(({ name }) => name).join(", ")}) on ${installation.namespace}/${installation.name}`,
    );

  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => {
      console.error("\nStopping: taking everything back (Ctrl-C again ends at once).");
      process.once(signal, () => process.exit(130));
      interrupted.abort();
    });
  const results: DrillResult[] = [];
  for (const scene of possible.flatMap((each) => Array.from({ length: options.times }, () => each))) {
    const result = await once(scene, installation, reached, options, interrupted.signal);
    results.push(result);
    if (options.json) console.log(JSON.stringify(result.verdict));
    else console.log(verdictTable(result.verdict));
    if (options.report) {
      const folder = await writeReport(options.report, result.verdict, result.events, result.timeline);
      if (!options.json) console.log(`report: ${folder}`);
    }
  }
  if (results.length > 1 && !options.json) console.log(summaryTable(results.map(({ verdict }) => verdict)));
  if (results.some(({ verdict }) => !verdict.passed)) process.exitCode = 1;
}

async function once(
  scene: Scene,
  installation: Installation,
  { cluster, power }: Reached,
  options: Options,
  signal: AbortSignal,
): Promise<DrillResult> {
  const plan = planOf(scene, options);
  const view = openView(process.stderr);
  const sight = new Sight(cluster, installation, view, { scene: scene.name, run: plan.run });
  try {
    return await runDrill(cluster, installation, plan, sight, signal, power);
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new UserError("The drill was stopped and taken back; there is no verdict.");
  } finally {
    await sight.end();
  }
}

const withPower = (reached: Reached, options: Options): Reached => ({
  ...reached,
  power: powerBy(options) ?? reached.power,
});

function planOf(scene: Scene, options: Options): DrillPlan {
  const load = { ...DEFAULT_LOAD, ...scene.load };
  const chosen = (Object.keys(DEFAULT_LOAD) as (keyof LoadOptions)[]).filter(
    (key) => options[key] !== undefined,
  );
  return {
    run: `${scene.name}-${new Date().toISOString().slice(5, 19).replace(/\D/g, "")}`,
    scene,
    load: { ...load, ...Object.fromEntries(chosen.map((key) => [key, options[key]])) },
    limits: mergeLimits(scene.limits, options),
    warmSeconds: options.warm,
    coolSeconds: options.cool,
    holdSeconds: options.hold ?? scene.holdSeconds,
    patienceSeconds: options.patience,
    victim: options.victim,
    pool: options.pool,
    usePool: options.usePool ?? false,
  };
}

function scenesOf(names: readonly string[]): readonly Scene[] {
  if (names.includes("all")) return SCENES;
  return names.map((name) => {
    const scene = SCENES.find((each) => each.name === name);
    if (scene) return scene;
    throw new UserError(
      `There is no scene "${name}". There are: ${SCENES.map((each) => each.name).join(", ")}.`,
    );
  });
}

/** What must not be started at all. */
function refuse(
  scenes: readonly Scene[],
  installation: Installation,
  { power }: Reached,
  options: Options,
): void {
  for (const scene of scenes) {
    if (scene.needsPower && !power)
      throw new UserError(
        `${scene.name} switches a machine off, which Kubernetes cannot. Say how: --power-off COMMAND --power-on COMMAND (docs/how-to/drill.md#node-off-on-a-cloud), or use a local cluster: make drill`,
      );
    if (scene.destructive && installation.protected && !options.allowProtected)
      throw new UserError(
        `${installation.namespace}/${installation.name} is protected (deletionProtection), and ${scene.name} could cost data if more goes wrong. To run it all the same: --allow-protected`,
      );
  }
}

function dryRun(scenes: readonly Scene[], installation: Installation, options: Options): void {
  for (const scene of scenes) {
    const { load, holdSeconds } = planOf(scene, options);
    console.log(
      `${scene.name}: ${scene.summary}. ${load.rate} tasks/s of ${load.taskSeconds} s by ${load.producers} producers, ` +
        `${load.workers} workers of ${load.concurrency} slots, undone after ${holdSeconds} s, on ${installation.namespace}/${installation.name}`,
    );
  }
}

function list(): void {
  const width = Math.max(...SCENES.map(({ name }) => name.length));
  for (const { name, summary } of SCENES) console.log(`${name.padEnd(width)}  ${summary}`);
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0) return value;
  throw new InvalidArgumentError("expected a number of at least 0.");
}

function whole(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError("expected a whole number.");
}
