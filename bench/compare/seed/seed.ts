import { join } from "node:path";
import { ensureSeedBrokerBase } from "../../../local/images";
import type { Installation } from "../../../operate/cluster/installation";
import type { Design, Site } from "../design";
import { buildAndPush } from "../images";
import { installParts } from "../install";
import { REPLICAS } from "../workers";
import { MirroredBrokers } from "./brokers";
import { BROKER, brokerService, brokerSet, LOGIN, NAMESPACE, VHOST } from "./manifests";

/** The design of 2018: RabbitMQ 3.10 with mirrored queues. */
export const seed: Design = {
  name: "seed",
  namespace: NAMESPACE,
  async install(site: Site, signal: AbortSignal): Promise<Installation> {
    const { cluster, registry, report, workerImage } = site;
    const base = await ensureSeedBrokerBase(report);
    const image = await buildAndPush(registry, "seed-rabbitmq", join(__dirname, "rabbitmq"), base, report);
    const brokers = new MirroredBrokers(cluster, {
      namespace: NAMESPACE,
      name: BROKER,
      selector: `app=${BROKER}`,
      domain: "",
      vhost: VHOST,
      replicas: REPLICAS,
      managementUrl: new URL(`http://${LOGIN.user}:${LOGIN.password}@${BROKER}:15672`),
    });
    const objects = [brokerService(), brokerSet(image)];
    return installParts(
      site,
      { namespace: NAMESPACE, objects, brokers, workerImage, folder: __dirname },
      signal,
    );
  },
};
