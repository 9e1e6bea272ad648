import type { Cluster } from "../cluster/cluster";
import { listInstallations } from "../cluster/installation";
import { within } from "../waiting";
import type { Query } from "./routes";

/** Time for a cluster to list its installations. */
const TIMEOUT_SECONDS = 10;

/** Contexts that the page can choose from, and how to connect to one. */
export interface Contexts {
  list(): Promise<readonly string[]>;
  cluster(context: string): Promise<Cluster>;
}

/** What the chooser reads: the contexts, and then the installations of the one that the user opens. */
export const chooserQueries = (
  contexts: Contexts,
  seconds = TIMEOUT_SECONDS,
): Readonly<Record<string, Query>> => ({
  contexts: () => contexts.list(),
  // No other cluster is asked, because a context can start a login or belong to a network that is away.
  installations: (parameters) => within(seconds, installationsIn(contexts, parameters.get("in") ?? "")),
});

async function installationsIn(contexts: Contexts, context: string) {
  const cluster = await contexts.cluster(context);
  return listInstallations(cluster, {}, cluster.namespace);
}
