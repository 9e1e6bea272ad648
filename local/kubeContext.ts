import { Cluster } from "../operate/cluster/cluster";
import { checkReachable, type KubeContext, kubeConfigOf } from "../operate/cluster/kubeConfig";

/** A context that a stack or a local cluster names. The current context is never used. */
export interface NamedContext extends KubeContext {
  readonly context: string;
}

const KEYS = {
  file: "pulumi config set kubeconfigPath FILE",
  context: "pulumi config set kubeContext NAME",
};

/** Connects to the cluster of a context. */
export const clusterOf = (context: NamedContext): Cluster => new Cluster(kubeConfigOf(context, KEYS));

/** Checks, before anything is created, that the context exists and that its cluster responds. */
export async function checkKubeContext({ context, kubeconfigPath }: NamedContext): Promise<NamedContext> {
  await checkReachable(kubeConfigOf({ context, kubeconfigPath }, KEYS), KEYS);
  return { context, kubeconfigPath };
}
