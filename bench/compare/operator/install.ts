import { ensureBaseImages } from "../../../local/images";
import type { Installation } from "../../../operate/cluster/installation";
import type { Site } from "../design";
import { push } from "../images";
import { installParts } from "../install";
import { REPLICAS } from "../workers";
import { OperatorBrokers } from "./brokers";
import { brokerObjects, domainOf, MANAGEMENT_URL, SET } from "./manifests";

/** Installs RabbitMQ as the cluster-operator does, with the Celery app of a folder. */
export async function installOperator(
  site: Site,
  { namespace, productionReady, folder }: { namespace: string; productionReady: boolean; folder: string },
  signal: AbortSignal,
): Promise<Installation> {
  const { cluster, registry, report, workerImage } = site;
  const image = await push(registry, "peer-rabbitmq", (await ensureBaseImages(report)).rabbitmq);
  const brokers = new OperatorBrokers(cluster, {
    namespace,
    name: SET,
    selector: `app=${SET}`,
    domain: domainOf(namespace),
    vhost: "/",
    replicas: REPLICAS,
    managementUrl: new URL(MANAGEMENT_URL),
  });
  const objects = brokerObjects({ namespace, image, productionReady });
  return installParts(site, { namespace, objects, brokers, workerImage, folder }, signal);
}
