import { KubeConfig, VersionApi } from "@kubernetes/client-node";
import type { Command } from "commander";
import { Cluster } from "../cluster/cluster";
import type { Power } from "../cluster/nodes";
import { UserError } from "../errors";

/** Which cluster and which installation in it: options of every command. */
export interface Where {
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly namespace?: string;
  readonly name?: string;
}

/** A cluster that answers. */
export interface Reached {
  readonly cluster: Cluster;
  /** On this machine: no consent needed, and its nodes can be switched off. */
  readonly local: boolean;
  readonly power?: Power;
}

function withWhere(command: Command): Command {
  return command
    .option("--context <name>", "context of the kubeconfig (default: the current one)")
    .option("--kubeconfig <file>", "kubeconfig (default: KUBECONFIG, then ~/.kube/config)")
    .option("--namespace <name>", "namespace of the installation, where a cluster has several")
    .option("--name <name>", "name of its broker, where a namespace has several");
}

/** How a command comes to its cluster: by a context, or however else a program that embeds the commands knows. */
export interface Reach<Options extends Where = Where> {
  /** Adds its options to a command. */
  options(command: Command): Command;
  open(options: Options): Promise<Reached>;
}

/** By a context of a kubeconfig. */
export const byContext: Reach = { options: withWhere, open: reach };

async function reach(where: Where): Promise<Reached> {
  const config = new KubeConfig();
  const file = where.kubeconfig ?? process.env.KUBECONFIG ?? "~/.kube/config";
  try {
    if (where.kubeconfig) config.loadFromFile(where.kubeconfig);
    else config.loadFromDefault();
  } catch (error) {
    throw new UserError(
      `The kubeconfig ${file} cannot be read: ${messageOf(error)}. Name another: --kubeconfig FILE`,
    );
  }
  const known = config.getContexts().map(({ name }) => name);
  const context = where.context ?? config.getCurrentContext();
  if (!known.includes(context))
    throw new UserError(
      `There is no context "${context}" in ${file} (contexts there: ${known.join(", ") || "none"}). Name one: --context NAME`,
    );
  config.setCurrentContext(context);
  await answers(config);
  return { cluster: new Cluster(config), local: false };
}

/** Makes sure that the cluster of the current context answers. */
export async function answers(config: KubeConfig): Promise<void> {
  try {
    await config.makeApiClient(VersionApi).getCode();
  } catch (error) {
    const server = config.getCurrentCluster()?.server ?? "no server";
    throw new UserError(
      `The cluster of context "${config.getCurrentContext()}" (${server}) does not answer: ${messageOf(error)}. Start it, or name another: --context NAME`,
    );
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
