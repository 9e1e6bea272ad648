import { Command, Option } from "commander";
import { numberOption } from "../../operate/cli/numberOption";
import { runProgram } from "../../operate/cli/runProgram";
import type { Cluster } from "../../operate/cluster/cluster";
import { findInstallation } from "../../operate/cluster/installation";
import { UserError } from "../../operate/errors";
import { abortOnInterrupt } from "../../operate/interrupt";
import { findCluster } from "../../local/cluster";
import { clusterOf } from "../../local/kubeContext";
import { withClusterLock } from "../../local/lock";
import { localPower } from "../../local/power";
import type { Report } from "../../local/report";
import { up } from "../../local/up";
import { comparedScenes, runScenes } from "./faults";
import { Ours } from "./ours";
import { faultPage, publish, throughputPage } from "./report";
import { seedImages } from "./seed/images";
import { installSeed, removeSeed } from "./seed/seed";
import type { Side } from "./side";
import { Bench } from "./throughput/bench";
import { MEASUREMENTS } from "./throughput/measurements";
import { takeTurns } from "./throughput/turns";

const TASKS = 200;

/** What the command line of `make compare` sets. */
interface CompareOptions {
  readonly cluster: string;
  readonly only?: "faults" | "throughput";
  readonly rounds: number;
}

/** Measures both designs on one local cluster, and restores the state that `make up` creates. */
async function compare({ cluster: name, only, rounds }: CompareOptions, signal: AbortSignal): Promise<void> {
  const startedAt = Date.now();
  const report: Report = (line) =>
    console.log(`${String(Math.round((Date.now() - startedAt) / 1000)).padStart(5)} s  ${line}`);

  await up({ cluster: name, stack: "local", run: "compare", tasks: TASKS, config: {} });
  const { cluster, registry } = await connect(name);
  await removeSeed(cluster);
  const ours = new Ours(cluster, await findInstallation(cluster));
  const images = await seedImages(registry, ours.image, report);
  const install = async (): Promise<Side> => {
    await removeSeed(cluster);
    report("installing the seed's design");
    const installation = await installSeed(cluster, images, ours.concurrency, signal);
    return { name: "seed", installation, renew: install };
  };
  const oursSide: Side = { name: "ours", installation: ours.installation };

  try {
    if (only !== "faults") {
      const contenders = [oursSide, await install()].map((side) => ({
        name: side.name,
        bench: new Bench(cluster, side.installation, signal),
      }));
      const { rates, notes } = await takeTurns(contenders, MEASUREMENTS, rounds, report, signal);
      publish("throughput", throughputPage(rates), notes);
      await removeSeed(cluster);
      await ours.start(signal);
    }
    if (only !== "throughput") {
      const [scenes, power] = [comparedScenes(), localPower(name)];
      const outcomes = await runScenes(cluster, power, oursSide, scenes, signal, report);
      await ours.stop();
      report("stopped our design");
      const page = faultPage(
        outcomes,
        await runScenes(cluster, power, await install(), scenes, signal, report),
      );
      publish("faults", page, page.notes);
    }
  } finally {
    report("removing the seed's design");
    await removeSeed(cluster);
    await ours.start(AbortSignal.timeout(600_000));
  }
  report("our design is running again");
}

async function connect(name: string): Promise<{ cluster: Cluster; registry: string }> {
  const found = await findCluster(name);
  if (!found)
    throw new UserError(
      `The local cluster "${name}" does not exist, although it was just brought up. Run the command again.`,
    );
  return { cluster: clusterOf(found), registry: found.registry };
}

const signal = abortOnInterrupt("Stopping: removing the seed's design and restarting ours");

async function run(options: CompareOptions): Promise<void> {
  try {
    await withClusterLock(options.cluster, () => compare(options, signal));
  } catch (error) {
    throw signal.aborted ? new UserError("Stopped. The cluster is in its original state.") : error;
  }
}

runProgram(
  new Command("compare")
    .description("measure the seed's design and ours under the same load and faults")
    .option("--cluster <name>", "local cluster; created if it does not run", "local")
    .addOption(new Option("--only <part>", "measure only this part").choices(["faults", "throughput"]))
    .option(
      "--rounds <number>",
      "number of throughput measurements, of which the median counts",
      numberOption({ integer: true, min: 1 }),
      3,
    )
    .action(run),
);
