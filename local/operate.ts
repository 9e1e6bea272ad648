import { setTimeout as sleep } from "node:timers/promises";
import { KubeConfig } from "@kubernetes/client-node";
import type { Command } from "commander";
import { answers, byContext, type Reach, type Reached, type Where } from "../operate/cli/kubernetes";
import { run } from "../operate/cli/program";
import { Cluster } from "../operate/cluster/cluster";
import { findCluster, notRunning } from "./cluster";
import type { LocalCluster } from "./cluster/localCluster";
import { readKubeconfig } from "./cluster/state";
import { localPower } from "./power";

const FIND_TIMEOUT_MS = 30_000;

interface LocalWhere extends Where {
  /** As in `make up CLUSTER=name`. */
  readonly cluster?: string;
}

/** The commands of `ha-celery` for the clusters of this machine, whose nodes can be switched off. */
const byCluster: Reach<LocalWhere> = {
  options: (command: Command) =>
    byContext.options(command.option("--cluster <name>", "a local cluster, as in make up CLUSTER=name")),
  open: (where) => (where.cluster === undefined ? byContext.open(where) : open(where.cluster)),
};

async function open(name: string): Promise<Reached> {
  const found = await find(name);
  if (!found) throw notRunning(name);
  const config = new KubeConfig();
  config.loadFromFile(found.kubeconfigPath);
  config.setCurrentContext(found.context);
  await answers(config);
  return { cluster: new Cluster(config), local: true, power: localPower(name) };
}

/** A cluster that is busy may take a while to answer. */
async function find(name: string): Promise<LocalCluster | undefined> {
  for (const deadline = Date.now() + FIND_TIMEOUT_MS; ; await sleep(1_000)) {
    const found = await findCluster(name);
    const runs = found || (await readKubeconfig(name));
    if (found || !runs || Date.now() > deadline) return found;
  }
}

run(byCluster);
