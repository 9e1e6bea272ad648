import { KubeConfig } from "@kubernetes/client-node";
import { Command, InvalidArgumentError, Option } from "commander";
import pc from "picocolors";
import { Cluster } from "../../operate/cluster/cluster";
import { findInstallation } from "../../operate/cluster/installation";
import { UserError } from "../../operate/errors";
import { findCluster } from "../../local/cluster";
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

interface Options {
  readonly cluster: string;
  readonly only?: "faults" | "throughput";
  readonly rounds: number;
}

/** Both designs on one local cluster, which is left as `make up` makes it. */
async function compare({ cluster: name, only, rounds }: Options, signal: AbortSignal): Promise<void> {
  const began = Date.now();
  const report: Report = (line) =>
    console.log(`${String(Math.round((Date.now() - began) / 1000)).padStart(5)} s  ${line}`);

  await up({ cluster: name, stack: "local", run: "compare", tasks: TASKS, config: {} });
  const { cluster, registry } = await reach(name);
  await removeSeed(cluster);
  const ours = new Ours(cluster, await findInstallation(cluster));
  const images = await seedImages(registry, ours.image, report);
  const install = async (): Promise<Side> => {
    await removeSeed(cluster);
    report("the seed's design starts");
    const installation = await installSeed(cluster, images, ours.concurrency, signal);
    return { name: "seed", installation, renew: install };
  };
  const mine: Side = { name: "ours", installation: ours.installation };

  try {
    if (only !== "faults") {
      const contenders = [mine, await install()].map((side) => ({
        name: side.name,
        bench: new Bench(cluster, side.installation, signal),
      }));
      publish("throughput", throughputPage(await takeTurns(contenders, MEASUREMENTS, rounds, report)));
      await removeSeed(cluster);
      await ours.start(signal);
    }
    if (only !== "throughput") {
      const [scenes, power] = [comparedScenes(), localPower(name)];
      const outcomes = await runScenes(cluster, power, mine, scenes, signal, report);
      await ours.stop();
      report("ours has stopped");
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
  report("ours runs again");
}

async function reach(name: string): Promise<{ cluster: Cluster; registry: string }> {
  const found = await findCluster(name);
  if (!found)
    throw new UserError(`The local cluster "${name}" is not there although it was just brought up.`);
  const config = new KubeConfig();
  config.loadFromFile(found.kubeconfigPath);
  config.setCurrentContext(found.context);
  return { cluster: new Cluster(config), registry: found.registry };
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1) return number;
  throw new InvalidArgumentError("Use a whole number from 1.");
}

const stopping = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    console.error("\nStopping: taking everything back (Ctrl-C again ends at once).");
    process.once(signal, () => process.exit(130));
    stopping.abort();
  });
new Command("compare")
  .description("the seed's design beside ours, under the same load and faults")
  .option("--cluster <name>", "local cluster; brought up if it does not run", "local")
  .addOption(new Option("--only <part>", "leave out the rest").choices(["faults", "throughput"]))
  .option("--rounds <number>", "how often throughput is measured; the median counts", wholeNumber, 3)
  .action((options: Options) => withClusterLock(options.cluster, () => compare(options, stopping.signal)))
  .parseAsync()
  .then(
    () => process.exit(),
    (error: unknown) => {
      const stopped = stopping.signal.aborted ? "Stopped; everything is taken back." : undefined;
      console.error(
        stopped ?? (error instanceof UserError ? `\n${pc.red("Error:")} ${error.message}` : error),
      );
      process.exit(1);
    },
  );
