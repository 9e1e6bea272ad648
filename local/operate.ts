import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import {
  type ClusterAccess,
  type ConnectedCluster,
  kubeconfigAccess,
  type TargetOptions,
} from "../operate/cli/clusterAccess";
import { runCommandLine } from "../operate/cli/program";
import { Cluster } from "../operate/cluster/cluster";
import { checkReachable, kubeConfigOf } from "../operate/cluster/kubeConfig";
import { findCluster, notRunning } from "./cluster";
import type { LocalCluster } from "./cluster/localCluster";
import { readKubeconfig } from "./cluster/state";
import { localControlPlane } from "./controlPlane";
import { localPower } from "./power";

const FIND_TIMEOUT_MS = 30_000;

interface LocalTargetOptions extends TargetOptions {
  /** Name of the local cluster, as in `make up CLUSTER=name`. */
  readonly cluster?: string;
}

/** Connects to a local cluster, whose nodes can be switched off, or through a kubeconfig. */
const localAccess: ClusterAccess<LocalTargetOptions> = {
  addOptions: (command: Command) =>
    kubeconfigAccess.addOptions(
      command.option("--cluster <name>", "local cluster, as in make up CLUSTER=name"),
    ),
  connect: (options) =>
    options.cluster === undefined ? kubeconfigAccess.connect(options) : connect(options.cluster),
};

async function connect(name: string): Promise<ConnectedCluster> {
  const found = await find(name);
  if (!found) throw notRunning(name);
  const config = kubeConfigOf(found);
  await checkReachable(config);
  const machines = { power: localPower(name), controlPlane: localControlPlane(name) };
  return { cluster: new Cluster(config), local: true, ...machines };
}

/** Retries, because a busy cluster may take a while to respond. */
async function find(name: string): Promise<LocalCluster | undefined> {
  for (const deadline = Date.now() + FIND_TIMEOUT_MS; ; await sleep(1_000)) {
    const found = await findCluster(name);
    const exists = found || (await readKubeconfig(name));
    if (found || !exists || Date.now() > deadline) return found;
  }
}

runCommandLine(localAccess);
