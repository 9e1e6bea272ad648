import { KubeConfig, VersionApi } from "@kubernetes/client-node";
import type { Command } from "commander";
import { Cluster } from "../drill/cluster/cluster";
import type { Power } from "../drill/cluster/nodes";
import { UserError } from "../local/errors";

/** Which cluster and which installation in it: options of every command. */
export interface Where {
  readonly context?: string;
  readonly kubeconfig?: string;
  /** A local cluster, as in `make up CLUSTER=name`. */
  readonly cluster?: string;
  readonly namespace?: string;
  readonly name?: string;
}

export interface Reached {
  readonly cluster: Cluster;
  /** On this machine: no consent needed, and its nodes can be switched off. */
  readonly local: boolean;
  readonly power?: Power;
}

export function withWhere(command: Command): Command {
  return command
    .option("--context <name>", "context of the kubeconfig (default: the current one)")
    .option("--kubeconfig <file>", "kubeconfig (default: KUBECONFIG, then ~/.kube/config)")
    .option("--cluster <name>", "a local cluster of `make up`, instead of a context")
    .option("--namespace <name>", "namespace of the installation, where a cluster has several")
    .option("--name <name>", "name of its broker, where a namespace has several");
}

/** Opens the cluster and makes sure that it answers. */
export async function reach(where: Where): Promise<Reached> {
  if (where.cluster !== undefined) return reachLocal(where.cluster);
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

async function reachLocal(name: string): Promise<Reached> {
  // Only who asks for it loads what builds and runs clusters.
  const [{ findCluster }, { localPower }] = await Promise.all([
    import("../local/cluster/index.js"),
    import("../local/power.js"),
  ]);
  const found = await findCluster(name);
  if (!found)
    throw new UserError(
      `No local cluster "${name}" runs here. Bring it up: make up${name === "local" ? "" : ` CLUSTER=${name}`}`,
    );
  const config = new KubeConfig();
  config.loadFromFile(found.kubeconfigPath);
  config.setCurrentContext(found.context);
  await answers(config);
  return { cluster: new Cluster(config), local: true, power: localPower(name) };
}

async function answers(config: KubeConfig): Promise<void> {
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
