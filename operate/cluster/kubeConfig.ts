import { KubeConfig, VersionApi } from "@kubernetes/client-node";
import { messageOf, UsageError } from "../errors";

/** A context of a kubeconfig file. */
export interface KubeContext {
  /** Name of the context.
   * @default the file's current context */
  readonly context?: string;
  /** Path of the file.
   * @default KUBECONFIG, then ~/.kube/config, then the ServiceAccount of the pod that runs this process */
  readonly kubeconfigPath?: string;
}

/** What a user changes to name another file and another context, for the end of an error. */
export interface KubeContextFix {
  readonly file: string;
  readonly context: string;
}

const OPTIONS: KubeContextFix = { file: "--kubeconfig FILE", context: "--context NAME" };

/** Returns the kubeconfig with the chosen context as the current one. */
export function kubeConfigOf(
  { context, kubeconfigPath }: KubeContext,
  fix: KubeContextFix = OPTIONS,
): KubeConfig {
  const file = kubeconfigPath || process.env.KUBECONFIG || "~/.kube/config";
  const config = new KubeConfig();
  try {
    if (kubeconfigPath) config.loadFromFile(kubeconfigPath);
    else config.loadFromDefault();
  } catch (error) {
    throw new UsageError(
      `The kubeconfig ${file} cannot be read: ${messageOf(error)}. Use another one: ${fix.file}`,
    );
  }
  const chosen = context ?? config.getCurrentContext();
  const known = config.getContexts().map(({ name }) => name);
  if (!known.includes(chosen))
    throw new UsageError(
      `There is no context "${chosen}" in ${file} (contexts there: ${known.join(", ") || "none"}). Choose one: ${fix.context}`,
    );
  config.setCurrentContext(chosen);
  return config;
}

/** Name that the Kubernetes client gives to the context of a pod's ServiceAccount. */
const IN_CLUSTER = "inClusterContext";

/** Returns whether the kubeconfig is that of the pod that runs this process. */
export const isInCluster = (config: KubeConfig): boolean => config.getCurrentContext() === IN_CLUSTER;

/** Fails if the cluster of the current context does not answer. */
export async function checkReachable(config: KubeConfig, fix: KubeContextFix = OPTIONS): Promise<void> {
  try {
    await config.makeApiClient(VersionApi).getCode();
  } catch (error) {
    const server = config.getCurrentCluster()?.server ?? "no server";
    throw new UsageError(
      `The cluster of context "${config.getCurrentContext()}" (${server}) does not answer: ${messageOf(error)}. Start it, or choose another one: ${fix.context}`,
    );
  }
}
