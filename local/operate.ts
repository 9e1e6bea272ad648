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
import { findRunningCluster, notRunning } from "./cluster";
import type { LocalCluster } from "./cluster/localCluster";
import { localControlPlane } from "./controlPlane";
import { localPower } from "./power";

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
  contexts: async (options) =>
    options.cluster === undefined
      ? kubeconfigAccess.contexts(options)
      : [(await requireRunning(options.cluster)).context],
};

async function requireRunning(name: string): Promise<LocalCluster> {
  const found = await findRunningCluster(name);
  if (!found) throw notRunning(name);
  return found;
}

async function connect(name: string): Promise<ConnectedCluster> {
  const found = await requireRunning(name);
  const config = kubeConfigOf(found);
  await checkReachable(config);
  const machines = { power: localPower(name), controlPlane: localControlPlane(name) };
  return { cluster: new Cluster(config), local: true, ...machines };
}

runCommandLine(localAccess);
