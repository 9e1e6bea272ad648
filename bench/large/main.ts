import type { V1Pod } from "@kubernetes/client-node";
import { median } from "d3-array";
import { Command, Option } from "commander";
import { numberOption } from "../../operate/cli/numberOption";
import { runProgram } from "../../operate/cli/runProgram";
import type { Cluster } from "../../operate/cluster/cluster";
import { findInstallation, type Installation } from "../../operate/cluster/installation";
import { labelSelector } from "../../operate/cluster/objects";
import { poolOf } from "../../operate/drill/load/pool";
import { abortOnInterrupt } from "../../operate/interrupt";
import { wait } from "../../operate/waiting";
import { findCluster } from "../../local/cluster";
import { clusterOf } from "../../local/kubeContext";
import { loadAverage } from "../compare/results";
import { localCommand } from "../localCommand";
import { atRest, type AtRest } from "./atRest";
import { backlog } from "./backlog";
import { coldStart } from "./coldPool";
import { withIdlePublishers } from "./idlePublishers";
import { manyPools, POOLS, QUEUES } from "./pools";

const PUBLISHERS = 1_000;
const COLD_STARTS = 5;
/** After a change, until brokers and workers do nothing but wait. */
const SETTLE_SECONDS = 45;
const REST_SECONDS = 60;
const TASKS = 200;
const PAYLOAD_BYTES = 500;

interface LargeOptions {
  readonly cluster: string;
  readonly only?: "rest" | "backlog";
  readonly backlog: number;
}

const signal = abortOnInterrupt("Stopping");
const startedAt = Date.now();
/** One JSON object a line, with the seconds since the start and the load of the machine. */
const say = (what: string, values: object) =>
  console.log(
    JSON.stringify({
      at: Math.round((Date.now() - startedAt) / 1000),
      what,
      ...values,
      load: Math.round(10 * loadAverage()) / 10,
    }),
  );

/** Brings a stack up, and returns its installation. */
async function deployed(name: string, run: string, ...config: string[]): Promise<[Cluster, Installation]> {
  const options = [`--cluster=${name}`, `--run=${run}`, `--tasks=${TASKS}`];
  await localCommand(["up", ...options, ...config], { stdio: "inherit" });
  const found = await findCluster(name);
  if (!found) throw new Error(`the local cluster "${name}" does not run`);
  const cluster = clusterOf(found);
  return [cluster, await findInstallation(cluster)];
}

/** Brokers and workers while nothing is published. */
async function restOf(cluster: Cluster, installation: Installation): Promise<Record<string, AtRest>> {
  await wait(SETTLE_SECONDS, signal);
  const { brokers, namespace, pools } = installation;
  const workers = await Promise.all(
    pools.map(({ spec }) => cluster.pods(namespace, labelSelector(spec?.selector.matchLabels))),
  );
  const rest = (pods: readonly V1Pod[]) => atRest(cluster, pods, REST_SECONDS, signal);
  const [ofBrokers, ofWorkers] = await Promise.all([rest(await brokers.pods()), rest(workers.flat())]);
  return { brokers: ofBrokers, workers: ofWorkers };
}

async function measureRest(name: string): Promise<void> {
  const [cluster, small] = await deployed(name, "small");
  say("one pool of three workers", await restOf(cluster, small));
  const [, large] = await deployed(
    name,
    "large",
    `--config=workerPools=${JSON.stringify(manyPools(POOLS, QUEUES))}`,
  );
  say(`${POOLS} pools, ${QUEUES} queues`, await restOf(cluster, large));
  const { namespace } = large;
  const pool = poolOf(large, {});
  const publishing = await withIdlePublishers({ cluster, namespace, pool, signal }, PUBLISHERS, () =>
    restOf(cluster, large),
  );
  say(`and ${PUBLISHERS} idle publishers`, publishing);
  const seconds: number[] = [];
  for (let number = 0; number < COLD_STARTS; number++)
    seconds.push(
      await coldStart(cluster, large, [`celery-pool-${number}`, `celery-pool-${POOLS - 1}`], signal),
    );
  say("first task of a cold pool", { seconds, median: median(seconds) });
}

async function measureBacklog(name: string, tasks: number): Promise<void> {
  const [cluster, installation] = await deployed(name, "small");
  const { parts, ...counted } = await backlog(cluster, installation, tasks, PAYLOAD_BYTES, signal);
  for (const part of parts) say("backlog", part);
  say("counted", counted);
}

runProgram(
  new Command("large")
    .description("measure a large installation at rest, and a long queue, on a local cluster")
    .option("--cluster <name>", "local cluster; created if it does not run", "large")
    .addOption(new Option("--only <part>", "measure only this part").choices(["rest", "backlog"]))
    .option("--backlog <tasks>", "tasks of the queue", numberOption({ integer: true, min: 1000 }), 1_000_000)
    .action(async ({ cluster, only, backlog: tasks }: LargeOptions) => {
      if (only !== "backlog") await measureRest(cluster);
      if (only !== "rest") await measureBacklog(cluster, tasks);
    }),
);
