import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type BrokerOptions, CeleryJob, CeleryWorkers, ContainerImage, RabbitMqCluster } from "ha-celery";

const config = new pulumi.Config();
const provider = new kubernetes.Provider("cluster", { context: config.require("kubeContext") });
const space = new kubernetes.core.v1.Namespace("roads", {}, { provider });
const namespace = space.metadata.name;

const { connection } = new RabbitMqCluster(
  "broker",
  {
    namespace,
    image: config.require("rabbitmqImage"),
    ...config.getObject<BrokerOptions>("broker"),
  },
  { provider },
);

const PUBLISH = `
from shop import send_mail
for order in range(100):
    send_mail.delay(order)`;

/** Workers of one app, and a Job that publishes 100 tasks. Only `inject` differs between the roads. */
function run(road: string, inject: boolean): pulumi.Output<string> {
  const image = new ContainerImage(road, {
    repository: `${config.require("imageRepository")}/${road}`,
    context: road,
    baseImage: config.get("pythonImage"),
  }).ref;
  const common = { namespace, image, inject, broker: connection, queues: [road] };
  const workers = new CeleryWorkers(road, { ...common, app: "shop", replicas: 1 }, { provider });
  const command = ["python", "-c", PUBLISH];
  new CeleryJob(`${road}-publish`, { ...common, command }, { provider, dependsOn: workers });
  return workers.deploymentName;
}

export { namespace };
/** Deployments of the workers, by road. */
export const workers = {
  inject: run("inject", true),
  install: run("install", false),
  code: run("code", false),
};
