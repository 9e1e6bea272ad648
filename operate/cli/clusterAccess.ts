import type { Command } from "commander";
import { Cluster } from "../cluster/cluster";
import { checkReachable, isInCluster, kubeConfigOf } from "../cluster/kubeConfig";
import type { Machines } from "../cluster/nodes";

/** Options of every command: the cluster, and the installation in it. */
export interface TargetOptions {
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly namespace?: string;
  readonly name?: string;
}

/** A cluster that answers requests. */
export interface ConnectedCluster extends Machines {
  readonly cluster: Cluster;
  /** Runs on this machine. Commands need no consent, and its nodes can be switched off. */
  readonly local: boolean;
  /** This process runs in a pod of the cluster, as its ServiceAccount. No other program can choose another cluster. */
  readonly inCluster?: boolean;
}

/** How a command connects to its cluster. A program that embeds the commands can provide its own way. */
export interface ClusterAccess<Options extends TargetOptions = TargetOptions> {
  /** Adds the options of this way to a command. */
  addOptions(command: Command): Command;
  connect(options: Options): Promise<ConnectedCluster>;
  /** Names of the contexts that `connect` accepts. */
  contexts(options: Options): Promise<readonly string[]>;
}

/** Connects through a context of a kubeconfig. */
export const kubeconfigAccess: ClusterAccess = { addOptions: addTargetOptions, connect, contexts };

function addTargetOptions(command: Command): Command {
  return command
    .option("--context <name>", "context of the kubeconfig (default: the current one)")
    .option(
      "--kubeconfig <file>",
      "kubeconfig (default: KUBECONFIG, then ~/.kube/config, then the pod's ServiceAccount)",
    )
    .option("--namespace <name>", "namespace of the installation; required if the cluster has several")
    .option("--name <name>", "name of the installation's broker; required if the namespace has several");
}

async function connect({ context, kubeconfig }: TargetOptions): Promise<ConnectedCluster> {
  const config = kubeConfigOf({ context, kubeconfigPath: kubeconfig });
  await checkReachable(config);
  return { cluster: new Cluster(config), local: false, inCluster: isInCluster(config) };
}

async function contexts({ context, kubeconfig }: TargetOptions): Promise<readonly string[]> {
  const config = kubeConfigOf({ context, kubeconfigPath: kubeconfig });
  return config.getContexts().map(({ name }) => name);
}
