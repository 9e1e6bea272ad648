import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Command } from "commander";
import { findInstallation, type Installation } from "../cluster/installation";
import { junit, type Outcome, summaryTable, verdictTable, writeReport } from "../drill/report";
import type { DrillResult } from "../drill/plan";
import type { DrillRecord } from "../drill/record/record";
import { recorded } from "../drill/record/recorder";
import { SCENES } from "../drill/scenes";
import { random } from "../drill/scenes/random";
import type { Scene } from "../drill/scenes/scene";
import { openView } from "../drill/view";
import { colorsFor } from "../colors";
import { messageOf, UsageError } from "../errors";
import { abortOnInterrupt } from "../interrupt";
import type { ClusterAccess, ConnectedCluster } from "./clusterAccess";
import { checkYes, requireConsent } from "./consent";
import { historyCommand } from "./drillHistory";
import {
  addDrillOptions,
  blackoutNow,
  checkLoad,
  checkScenes,
  type DrillOptions,
  planOf,
} from "./drillOptions";
import { runPlan } from "./drillRun";
import { EXIT } from "./exitCodes";
import { powerBy } from "./power";

/** Adds `ha-celery drill`. */
export function drillCommand(program: Command, access: ClusterAccess): void {
  const command = program
    // Here and below: a drill would otherwise read the options of its subcommand.
    .enablePositionalOptions()
    .command("drill")
    .description("inject a fault under load, and count lost, duplicated, and delayed tasks by id")
    .argument("[scenes...]", "scenes to run, or `all`; without an argument, lists the scenes")
    .enablePositionalOptions();
  addDrillOptions(access.addOptions(command));
  historyCommand(command, access);
  command.action((names: string[], options: DrillOptions) => drill(names, options, access));
}

async function drill(names: string[], options: DrillOptions, access: ClusterAccess): Promise<void> {
  if (names.length === 0) return listScenes();
  const requested = scenesOf(names);
  checkLoad(options);
  checkScenes(requested, options);
  const connected = await access.connect(options);
  checkYes(options, connected.local || connected.inCluster === true);
  const target = { ...connected, power: powerBy(options) ?? connected.power };
  const installation = await findInstallation(target.cluster, options);
  // `all` skips the scenes that this cluster cannot run.
  const scenes = requested.filter(
    ({ name, needsPower, needsControlPlane }) =>
      names.includes(name) || ((!needsPower || target.power) && (!needsControlPlane || target.controlPlane)),
  );
  for (const scene of scenes) checkAllowed(scene, installation, target, options);
  if (options.dryRun) return dryRun(scenes, installation, options);
  if (!target.local && !options.yes)
    await requireConsent(
      target.cluster.context,
      `A drill (${scenes.map(({ name }) => name).join(", ")}) on ${installation.namespace}/${installation.name}`,
    );
  const signal = abortOnInterrupt("Stopping: undoing the fault and removing the drill's objects");
  const repeated = scenes.flatMap((scene) => Array.from({ length: options.times }, () => scene));
  const results: DrillResult[] = [];
  const recording = { cluster: target.cluster, installation, options, report: reportUnrecorded };
  for (const scene of repeated) {
    const window = blackoutNow(options);
    if (window !== undefined) {
      console.error(`${scene.name} does not begin, because of --blackout "${window}" (${options.timeZone}).`);
      break;
    }
    const plan = planOf(scene, options);
    const began = { run: plan.run, scene: scene.name, startedAt: new Date() };
    try {
      const result = await recorded(began, recording, () =>
        runPlan(plan, installation, target, openView(process.stderr), signal),
      );
      results.push(result);
      await printResult(result, options);
    } catch (error) {
      await writeJunit([...results, { scene: scene.name, error: messageOf(error) }], options);
      throw error;
    }
    await writeJunit(results, options);
  }
  const verdicts = results.map(({ verdict }) => verdict);
  if (verdicts.length > 1 && !options.json) console.log(summaryTable(verdicts, colorsFor(process.stdout)));
  if (verdicts.some(({ passed }) => !passed)) process.exitCode = EXIT.failed;
}

/** A record that cannot be written must not go unnoticed, but the verdict stands. */
function reportUnrecorded(_: DrillRecord, failures: readonly string[]): void {
  for (const failure of failures) {
    console.error(failure);
    process.exitCode = EXIT.failed;
  }
}

/** Written after every drill, so that a series that is killed leaves what it has found. */
async function writeJunit(outcomes: readonly Outcome[], { junit: file }: DrillOptions): Promise<void> {
  if (file === undefined) return;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, junit(outcomes));
}

async function printResult({ verdict, events, timeline }: DrillResult, options: DrillOptions): Promise<void> {
  if (options.json) console.log(JSON.stringify(verdict));
  else console.log(verdictTable(verdict, colorsFor(process.stdout)));
  if (!options.report) return;
  const folder = await writeReport(options.report, verdict, events, timeline);
  if (!options.json) console.log(`report: ${folder}`);
}

function scenesOf(names: readonly string[]): readonly Scene[] {
  if (names.includes("all")) return SCENES;
  return names.map((name) => {
    const scene = SCENES.find((each) => each.name === name);
    if (scene) return scene;
    throw new UsageError(
      `There is no scene "${name}". Use one of: ${SCENES.map((each) => each.name).join(", ")}.`,
    );
  });
}

/** Refuses a scene that this cluster cannot run, or that a protected installation forbids. */
export function checkAllowed(
  scene: Scene,
  installation: Installation,
  { power, controlPlane }: ConnectedCluster,
  { allowProtected }: DrillOptions,
): void {
  if (scene.needsPower && !power)
    throw new UsageError(
      `${scene.name} switches a machine off, which Kubernetes cannot do. Provide the commands: --power-off COMMAND --power-on COMMAND (docs/how-to/drill.md#node-off-on-a-cloud), or use a local cluster: make drill`,
    );
  if (scene.needsControlPlane && !controlPlane)
    throw new UsageError(
      `${scene.name} stops the Kubernetes API, which is possible only on a local cluster. Run it there: make drill SCENE=${scene.name}`,
    );
  if (scene.destructive && installation.protected && !allowProtected)
    throw new UsageError(
      `${installation.namespace}/${installation.name} is protected (deletionProtection), and ${scene.name} could lose data if a second failure occurs. To run it anyway: --allow-protected`,
    );
}

function dryRun(scenes: readonly Scene[], installation: Installation, options: DrillOptions): void {
  for (const scene of scenes) {
    const { load, holdSeconds, random: faults } = planOf(scene, options);
    const duration =
      scene === random
        ? `faults are injected for ${faults?.minutes} minutes`
        : `the fault is undone after ${holdSeconds} s`;
    console.log(
      `${scene.name}: ${scene.summary}. ${load.producers} producers publish ${load.rate} tasks/s of ${load.taskSeconds} s${load.kind === "canvas" ? " in workflows" : ""}, ` +
        `${load.workers} workers run ${load.concurrency} at a time, ${duration}, on ${installation.namespace}/${installation.name}`,
    );
  }
}

function listScenes(): void {
  const width = Math.max(...SCENES.map(({ name }) => name.length));
  for (const { name, summary } of SCENES) console.log(`${name.padEnd(width)}  ${summary}`);
}
