import { KubeConfig } from "@kubernetes/client-node";
import { Command, Option } from "commander";
import pc from "picocolors";
import { Cluster } from "../drill/cluster/cluster";
import { findInstallation } from "../drill/cluster/installation";
import { UserError } from "../errors";
import { findCluster } from "../local/cluster";
import { withClusterLock } from "../local/lock";
import { localPower } from "../local/power";
import type { Report } from "../local/report";
import { up } from "../local/up";
import { comparedScenes, type Outcome, runScenes } from "./faults";
import { Ours } from "./ours";
import { faultPage, publish, type Rates, throughputPage } from "./report";
import { seedImages } from "./seed/images";
import { installSeed, removeSeed } from "./seed/seed";
import type { Side } from "./side";
import { Bench } from "./throughput/bench";
import { MEASUREMENTS } from "./throughput/measurements";

const TASKS = 200;

interface Options {
  readonly cluster: string;
  readonly only?: "faults" | "throughput";
}

/** What was found of one design. */
interface Findings {
  readonly rates: Rates;
  readonly outcomes: readonly Outcome[];
}

/** Measures ours, then the seed's design in its place, on one local cluster. */
async function compare({ cluster: name, only }: Options, signal: AbortSignal): Promise<void> {
  const began = Date.now();
  const report: Report = (line) =>
    console.log(`${String(Math.round((Date.now() - began) / 1000)).padStart(5)} s  ${line}`);
  const scenes = only === "throughput" ? [] : comparedScenes();
  const measurements = only === "faults" ? [] : MEASUREMENTS;
  const parts = { scenes, measurements };

  await up({ cluster: name, stack: "local", run: "compare", tasks: TASKS, config: {} });
  const { cluster, registry } = await reach(name);
  await removeSeed(cluster);
  const ours = new Ours(cluster, await findInstallation(cluster));
  const images = await seedImages(registry, ours.image, report);
  const measure = (side: Side) => measureSide(cluster, name, side, parts, signal, report);

  try {
    const mine = await measure({ name: "ours", installation: ours.installation });
    await ours.stop();
    report("ours has stopped, the seed's design starts");
    const install = async (): Promise<Side> => {
      await removeSeed(cluster);
      const installation = await installSeed(cluster, images, ours.concurrency, signal);
      return { name: "seed", installation, renew: install };
    };
    const theirs = await measure(await install());
    if (measurements.length > 0)
      publish("throughput", throughputPage(measurements, mine.rates, theirs.rates));
    if (scenes.length > 0) {
      const page = faultPage(mine.outcomes, theirs.outcomes);
      publish("faults", page, page.notes);
    }
  } finally {
    report("removing the seed's design");
    await removeSeed(cluster);
    await ours.start(AbortSignal.timeout(600_000));
  }
  report("ours runs again");
}

async function measureSide(
  cluster: Cluster,
  name: string,
  side: Side,
  { scenes, measurements }: { scenes: ReturnType<typeof comparedScenes>; measurements: typeof MEASUREMENTS },
  signal: AbortSignal,
  report: Report,
): Promise<Findings> {
  const rates = await throughput(cluster, side, measurements, signal, report);
  const outcomes = await runScenes(cluster, localPower(name), side, scenes, signal, report);
  return { rates, outcomes };
}

async function throughput(
  cluster: Cluster,
  { name, installation }: Side,
  measurements: typeof MEASUREMENTS,
  signal: AbortSignal,
  report: Report,
): Promise<Rates> {
  const rates = new Map<string, number>();
  if (measurements.length === 0) return rates;
  const bench = new Bench(cluster, installation, signal);
  for (const [index, measurement] of measurements.entries()) {
    if (measurement.oursAlone && name !== "ours") continue;
    const rate = await bench.measure(measurement, `${name}-${index}`);
    rates.set(measurement.title, rate);
    report(`${name}: ${measurement.title}: ${rate.toFixed(0)}`);
  }
  await bench.scale(installation.pools[0]?.spec?.replicas ?? 0);
  return rates;
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
