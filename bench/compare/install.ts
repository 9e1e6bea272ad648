import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { KubernetesObject } from "@kubernetes/client-node";
import type { Brokers } from "../../operate/cluster/brokers";
import type { Cluster } from "../../operate/cluster/cluster";
import type { Installation } from "../../operate/cluster/installation";
import { isReady } from "../../operate/cluster/objects";
import { healthProblems } from "../../operate/drill/health";
import { until } from "../../operate/waiting";
import type { Site } from "./design";
import { appConfigMap, QUEUE, REPLICAS, SCHEDULER, workers, WORKERS } from "./workers";

const START_SECONDS = 300;

/** What differs between designs. */
export interface Parts {
  readonly namespace: string;
  /** Everything except the namespace and the workers. */
  readonly objects: readonly KubernetesObject[];
  readonly brokers: Brokers;
  readonly workerImage: string;
  /** Folder with the design's `tasks.py`. */
  readonly folder: string;
}

/** Creates a design in its own namespace, brokers first, and waits until three workers consume its queue. */
export async function installParts(
  { cluster, concurrency }: Pick<Site, "cluster" | "concurrency">,
  { namespace, objects, brokers, workerImage, folder }: Parts,
  signal: AbortSignal,
): Promise<Installation> {
  await cluster.core.createNamespace({ body: { metadata: { name: namespace } } });
  for (const object of objects) await cluster.objects.create(object);
  await until(`the brokers of ${namespace} are ready`, START_SECONDS, signal, async () => {
    return (await brokers.pods()).filter(isReady).length === REPLICAS;
  });
  const files = {
    "tasks.py": await readFile(join(folder, "tasks.py"), "utf8"),
    "scheduler.py": await readFile(join(__dirname, "worker", "scheduler.py"), "utf8"),
  };
  await cluster.core.createNamespacedConfigMap({ namespace, body: appConfigMap(namespace, files) });
  const body = workers(namespace, workerImage, concurrency);
  const pool = await cluster.apps.createNamespacedDeployment({ namespace, body });
  await untilHealthy(cluster, brokers, signal);
  return { namespace, name: brokers.name, brokers, pools: [pool], protected: false, publisher: SCHEDULER };
}

async function untilHealthy(cluster: Cluster, brokers: Brokers, signal: AbortSignal): Promise<void> {
  const { namespace } = brokers;
  const expected = { namespace, selector: `app=${WORKERS}`, replicas: REPLICAS };
  await until(`${namespace} is healthy`, START_SECONDS, signal, async () => {
    const { consumers } = await brokers.queue(QUEUE);
    return (consumers ?? 0) >= REPLICAS && (await healthProblems(cluster, brokers, [expected])).length === 0;
  });
}
