import type { V1Pod } from "@kubernetes/client-node";
import { isReady } from "../../../cluster/objects";
import type { Drill } from "../scene";

/** Returns any worker that is ready. */
export async function anyWorker({ cluster, load }: Drill): Promise<V1Pod> {
  const worker = (await cluster.pods(load.namespace, load.workerSelector)).find(isReady);
  if (!worker) throw new Error(`no worker is ready in ${load.namespace} (${load.workerSelector})`);
  return worker;
}
