import { METRICS, METRICS_TLS } from "../../components/rabbitMqCluster/names";
import type { Brokers } from "../cluster/brokers";
import type { Cluster } from "../cluster/cluster";
import { portOf, readMetrics, type Sample } from "../cluster/metrics";
import { isReady } from "../cluster/objects";

/** Page of the broker image's own metrics. The one of all metrics costs a broker much more. */
const PATH = "/metrics/ha_celery";
const TIMEOUT_SECONDS = 3;

/**
 * Returns the age of the first ready task by queue, in seconds. Each broker reports the queues that it leads, and one
 * that does not answer, or whose image has no such page, reports none.
 */
export async function readOldest(
  cluster: Cluster,
  brokers: Pick<Brokers, "pods" | "vhost">,
): Promise<ReadonlyMap<string, number>> {
  const pods = (await brokers.pods()).filter(isReady);
  const pages = pods.map(async (pod) => {
    const tls = portOf(pod, METRICS_TLS.name);
    const port = tls ?? portOf(pod, METRICS.name);
    if (port === undefined) return [];
    const page = { port, path: PATH, tls: tls !== undefined, timeoutSeconds: TIMEOUT_SECONDS };
    return readMetrics(cluster, pod, page).catch(() => []);
  });
  return oldestOf((await Promise.all(pages)).flat(), brokers.vhost);
}

export const oldestOf = (samples: readonly Sample[], vhost: string): ReadonlyMap<string, number> =>
  new Map(
    samples
      .filter(({ name, labels }) => name === "ha_celery_queue_oldest_seconds" && labels.vhost === vhost)
      .map(({ labels, value }) => [labels.queue ?? "", value]),
  );
