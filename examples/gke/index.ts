import * as pulumi from "@pulumi/pulumi";
import { ContainerImage, ContainerRegistry, GkeCluster, HaCelery, StorageClasses } from "ha-celery";
import baseImages from "../../docker/base-images.json";

const config = new pulumi.Config();
const project = config.require("project");
const location = config.require("region");

const cluster = new GkeCluster("counter", {
  project,
  location,
  dnsEndpoint: true,
  spotPool: { maxNodes: 3 },
});
const disks = new StorageClasses("counter", {}, { provider: cluster.provider });

const registry = new ContainerRegistry("counter", {
  project,
  location,
  readers: [pulumi.interpolate`serviceAccount:${cluster.nodeServiceAccountEmail}`],
});
const imageOf = (folder: keyof typeof baseImages) =>
  new ContainerImage(folder, {
    repository: pulumi.interpolate`${registry.url}/${folder}`,
    context: `../../docker/${folder}`,
    baseImage: baseImages[folder],
  }).ref;

const celery = new HaCelery(
  "counter",
  {
    rabbitmqImage: imageOf("rabbitmq"),
    // Put your own app in a folder like docker/worker.
    workerImage: imageOf("worker"),
    app: "counter.tasks",
    broker: { storage: { size: "20Gi", className: "counter-ssd" } },
    // Spot machines can be reclaimed at any time, so tasks must be idempotent, as everywhere.
    workers: [{ name: "default", replicas: 3, longestTaskSeconds: 20, ...cluster.spotPlacement }],
  },
  { provider: cluster.provider, dependsOn: disks },
);

export const namespace = celery.namespaceName;
export const amqpUrl = celery.amqpUrl;
export const kubeconfig = cluster.kubeconfig;
