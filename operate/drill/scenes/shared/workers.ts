import type { V1Pod } from "@kubernetes/client-node";
import { isReady } from "../../../cluster/cluster";
import type { Drill } from "../scene";

/** One of the workers. */
export async function someWorker({ cluster, load }: Drill): Promise<V1Pod> {
  const worker = (await cluster.pods(load.namespace, load.workerSelector)).find(isReady);
  if (!worker) throw new Error(`no worker is ready in ${load.namespace} (${load.workerSelector})`);
  return worker;
}
