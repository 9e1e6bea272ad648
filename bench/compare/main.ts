import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command, Option } from "commander";
import { repeated } from "../../operate/cli/commonOptions";
import { numberOption } from "../../operate/cli/numberOption";
import { runProgram } from "../../operate/cli/runProgram";
import type { Cluster } from "../../operate/cluster/cluster";
import { findInstallation, type Installation } from "../../operate/cluster/installation";
import type { Scene } from "../../operate/drill/scenes/scene";
import { UserError } from "../../operate/errors";
import { abortOnInterrupt } from "../../operate/interrupt";
import { findCluster } from "../../local/cluster";
import { clusterOf } from "../../local/kubeContext";
import { withClusterLock } from "../../local/lock";
import { REPOSITORY } from "../../local/paths";
import { localPower } from "../../local/power";
import type { Report } from "../../local/report";
import { up } from "../../local/up";
import { type Contestant, contestantOf, contestantOfOurs, OURS } from "./contestant";
import { type Purge, purgeRabbitMq, type Site } from "./design";
import { chosenDesigns, chosenScenes, DESIGNS, orderOf } from "./designs";
import { runScenes } from "./faults";
import { removeNamespace } from "./namespace";
import { Ours } from "./ours";
import { picture } from "./picture";
import { faultPage, isMeasured, publish } from "./report";
import { readResults, type Result, writeResults } from "./results";
import { Bench } from "./throughput/bench";
import { MEASUREMENTS } from "./throughput/measurements";
import { throughputPage } from "./throughput/page";
import { type Rate, readRates, writeRates } from "./throughput/rates";
import { type Contender, takeTurns } from "./throughput/turns";

const TASKS = 200;
const CONNECT_ATTEMPTS = 5;
const PICTURE = join(REPOSITORY, "docs", "images", "compare.svg");

/** What the command line of `make compare` sets. */
interface CompareOptions {
  readonly cluster: string;
  readonly only?: "faults" | "throughput";
  readonly design?: readonly string[];
  readonly scene?: readonly string[];
  readonly rounds?: number;
  readonly add?: boolean;
  readonly missing?: boolean;
  readonly asIs?: boolean;
}

/** Measures the designs on one local cluster, and restores the state that `make up` creates. */
async function compare(options: CompareOptions, signal: AbortSignal): Promise<void> {
  const { cluster: name, only } = options;
  // Wrong names end the command before anything starts.
  const [designs, scenes] = [chosenDesigns(options.design), chosenScenes(options.scene)];
  const startedAt = Date.now();
  const report: Report = (line) =>
    console.log(`${String(Math.round((Date.now() - startedAt) / 1000)).padStart(5)} s  ${line}`);

  if (!options.asIs) await up({ cluster: name, stack: "local", run: "compare", tasks: TASKS, config: {} });
  const { cluster, registry } = await connect(name);
  for (const { namespace } of DESIGNS) await removeNamespace(cluster, namespace);
  const ours = new Ours(cluster, await findInstallation(cluster));
  const site = { cluster, registry, workerImage: ours.image, concurrency: ours.concurrency, report };

  try {
    const run = { options, site, ours, designs, signal };
    if (only !== "faults") await compareThroughput(run);
    if (only !== "throughput") await compareFaults(run, scenes);
  } finally {
    report(`removing all designs but ${OURS}`);
    for (const { namespace } of DESIGNS) await removeNamespace(cluster, namespace);
    await ours.start(AbortSignal.timeout(600_000));
  }
  report("our design is running again");
}

/** What both parts share. */
interface Run {
  readonly options: CompareOptions;
  readonly site: Site;
  readonly ours: Ours;
  /** Names of the designs to measure. */
  readonly designs: readonly string[];
  readonly signal: AbortSignal;
}

/** Measures all designs in turns. They run at the same time, all but one of them without workers and tasks. */
async function compareThroughput({ options, site, ours, designs, signal }: Run): Promise<void> {
  const { cluster, report } = site;
  const bench = (installation: Installation, purge: Purge = purgeRabbitMq) =>
    new Bench(cluster, installation, purge, signal);
  const contenders: Contender[] = [];
  for (const name of designs) {
    const design = DESIGNS.find((each) => each.name === name);
    if (design) report(`installing ${name}`);
    const installation = design ? await design.install(site, signal) : ours.installation;
    const contender = { name, bench: bench(installation, design?.purge) };
    // Now, because the workers of all designs at once would not fit.
    await contender.bench.scale(0);
    contenders.push(contender);
  }
  const rates = options.add ? readRates() : [];
  const add = (rate: Rate) => {
    rates.push(rate);
    writeRates(rates);
  };
  const turns = { measurements: MEASUREMENTS, rounds: options.rounds ?? 3, report, signal, add };
  await takeTurns(contenders, turns);
  publish("throughput", throughputPage(rates));
  for (const { namespace } of DESIGNS) await removeNamespace(cluster, namespace);
}

/** Runs the faults on one design after the other. */
async function compareFaults(
  { options, site, ours, designs, signal }: Run,
  scenes: readonly Scene[],
): Promise<void> {
  const { cluster, report } = site;
  const rounds = options.rounds ?? 1;
  const contestants = [contestantOfOurs(ours), ...DESIGNS.map((design) => contestantOf(design, site))];
  const results = options.add || options.missing ? readResults() : [];
  const add = (result: Result) => {
    results.push(result);
    writeResults(results);
  };
  await ours.stop();
  for (let round = 1; round <= rounds; round++)
    for (const chosen of orderOf(designs, round)) {
      report(`round ${round} of ${rounds}: ${chosen}`);
      const contestant = contestants.find((each) => each.name === chosen) as Contestant;
      const left = options.missing
        ? scenes.filter(({ name: scene }) => !isMeasured(results, scene, chosen))
        : scenes;
      if (left.length === 0) continue;
      const power = localPower(options.cluster);
      try {
        await runScenes(contestant, { cluster, power, scenes: left, signal, report, add });
      } finally {
        await contestant.stop();
      }
      publish("faults", faultPage(results));
      writeFileSync(PICTURE, picture(results));
    }
}

async function connect(name: string): Promise<{ cluster: Cluster; registry: string }> {
  let found: Awaited<ReturnType<typeof findCluster>>;
  // A busy machine may not answer in time.
  for (let attempt = 0; !found && attempt < CONNECT_ATTEMPTS; attempt++) found = await findCluster(name);
  if (!found)
    throw new UserError(
      `The local cluster "${name}" does not exist, so it cannot be measured as it is. Run the command without --as-is.`,
    );
  return { cluster: clusterOf(found), registry: found.registry };
}

const signal = abortOnInterrupt("Stopping: removing the other designs and restarting ours");

async function run(options: CompareOptions): Promise<void> {
  try {
    await withClusterLock(options.cluster, () => compare(options, signal));
  } catch (error) {
    throw signal.aborted ? new UserError("Stopped. The cluster is in its original state.") : error;
  }
}

runProgram(
  new Command("compare")
    .description("measure ours and its peers under the same load and faults")
    .option("--cluster <name>", "local cluster; created if it does not run", "local")
    .addOption(new Option("--only <part>", "measure only this part").choices(["faults", "throughput"]))
    .option("--design <name>", "design to measure, instead of all; can be repeated", repeated)
    .option("--scene <name>", "fault, instead of all; can be repeated", repeated)
    .option(
      "--rounds <number>",
      "number of rounds: 1 for faults and 3 for throughput by default",
      numberOption({ integer: true, min: 1 }),
    )
    .option("--add", "add to the results of earlier runs instead of replacing them")
    .option("--missing", "measure only what has no figures yet, and keep what has")
    .option("--as-is", "measure the cluster and our installation as they run, without bringing them up first")
    .action(run),
);
