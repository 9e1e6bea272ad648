import { KubeConfig, VersionApi } from "@kubernetes/client-node";
import type { Command } from "commander";
import { Cluster } from "../cluster/cluster";
import type { Power } from "../cluster/nodes";
import { messageOf, UserError } from "../errors";

/** Options of every command: the cluster, and the installation in it. */
export interface TargetOptions {
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly namespace?: string;
  readonly name?: string;
}

/** A cluster that answers requests. */
export interface ConnectedCluster {
  readonly cluster: Cluster;
  /** Runs on this machine. Commands need no consent, and its nodes can be switched off. */
  readonly local: boolean;
  readonly power?: Power;
}

/** How a command connects to its cluster. A program that embeds the commands can provide its own way. */
export interface ClusterAccess<Options extends TargetOptions = TargetOptions> {
  /** Adds the options of this way to a command. */
  addOptions(command: Command): Command;
  connect(options: Options): Promise<ConnectedCluster>;
}

/** Connects through a context of a kubeconfig. */
export const kubeconfigAccess: ClusterAccess = { addOptions: addTargetOptions, connect };

function addTargetOptions(command: Command): Command {
  return command
    .option("--context <name>", "context of the kubeconfig (default: the current one)")
    .option("--kubeconfig <file>", "kubeconfig (default: KUBECONFIG, then ~/.kube/config)")
    .option("--namespace <name>", "namespace of the installation; required if the cluster has several")
    .option("--name <name>", "name of the installation's broker; required if the namespace has several");
}

async function connect(options: TargetOptions): Promise<ConnectedCluster> {
  const config = new KubeConfig();
  const file = options.kubeconfig ?? process.env.KUBECONFIG ?? "~/.kube/config";
  try {
    if (options.kubeconfig) config.loadFromFile(options.kubeconfig);
    else config.loadFromDefault();
  } catch (error) {
    throw new UserError(
      `The kubeconfig ${file} cannot be read: ${messageOf(error)}. Use another one: --kubeconfig FILE`,
    );
  }
  const known = config.getContexts().map(({ name }) => name);
  const context = options.context ?? config.getCurrentContext();
  if (!known.includes(context))
    throw new UserError(
      `There is no context "${context}" in ${file} (contexts there: ${known.join(", ") || "none"}). Choose one: --context NAME`,
    );
  config.setCurrentContext(context);
  await checkReachable(config);
  return { cluster: new Cluster(config), local: false };
}

/** Fails if the cluster of the current context does not answer. */
export async function checkReachable(config: KubeConfig): Promise<void> {
  try {
    await config.makeApiClient(VersionApi).getCode();
  } catch (error) {
    const server = config.getCurrentCluster()?.server ?? "no server";
    throw new UserError(
      `The cluster of context "${config.getCurrentContext()}" (${server}) does not answer: ${messageOf(error)}. Start it, or choose another one: --context NAME`,
    );
  }
}
