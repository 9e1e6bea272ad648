import { KubeConfig, VersionApi } from "@kubernetes/client-node";
import { Cluster } from "../operate/cluster/cluster";
import { messageOf, UserError } from "../operate/errors";

/** A context of a kubeconfig file. Without a path: KUBECONFIG, then ~/.kube/config. */
export interface KubeContext {
  readonly context: string;
  readonly kubeconfigPath?: string;
}

/** Connects to the cluster of a context. */
export function clusterOf({ context, kubeconfigPath }: KubeContext): Cluster {
  const config = new KubeConfig();
  if (kubeconfigPath) config.loadFromFile(kubeconfigPath);
  else config.loadFromDefault();
  config.setCurrentContext(context);
  return new Cluster(config);
}

/** Checks, before anything is created, that the context exists and that its cluster responds. */
export async function checkKubeContext({ context, kubeconfigPath }: KubeContext): Promise<KubeContext> {
  const file = kubeconfigPath || process.env.KUBECONFIG || "~/.kube/config";
  const config = new KubeConfig();
  try {
    if (kubeconfigPath) config.loadFromFile(kubeconfigPath);
    else config.loadFromDefault();
  } catch (cause) {
    throw new UserError(
      `The kubeconfig ${file} cannot be read: ${messageOf(cause)}. Fix: pulumi config set kubeconfigPath FILE`,
    );
  }
  const known = config.getContexts().map(({ name }) => name);
  if (!known.includes(context)) {
    throw new UserError(
      `The stack names the Kubernetes context "${context}", which is not in ${file} ` +
        `(contexts there: ${known.join(", ") || "none"}). Fix: pulumi config set kubeContext NAME`,
    );
  }
  config.setCurrentContext(context);
  try {
    await config.makeApiClient(VersionApi).getCode();
  } catch (cause) {
    throw new UserError(
      `The cluster of context "${context}" (${config.getCurrentCluster()?.server ?? "no server"}) does not respond: ${messageOf(cause)}. ` +
        "Start the cluster, or use another one: pulumi config set kubeContext NAME",
    );
  }
  return { context, kubeconfigPath };
}
