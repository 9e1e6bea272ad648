import { findInstallation } from "../operate/cluster/installation";
import { queuedTasks } from "../operate/cluster/queues";
import { clusterOf, type NamedContext } from "./kubeContext";
import { LedgerReader } from "./ledger";
import type { RunReader } from "./runResult";

/** Reads the state of a run from the ledger and the brokers of one namespace. */
export function runReader(context: NamedContext, namespace: string): RunReader {
  const cluster = clusterOf(context);
  return {
    ledger: new LedgerReader(context.kubeconfigPath, context.context, namespace),
    queued: async () => {
      try {
        const { brokers } = await findInstallation(cluster, { namespace });
        return await queuedTasks(brokers);
      } catch {
        return undefined; // No broker answers; a later look may find one.
      }
    },
  };
}
