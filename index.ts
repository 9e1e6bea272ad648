import * as pulumi from "@pulumi/pulumi";
import { ContainerImage, HaCelery } from "./components";
import { loadSettings } from "./program/settings/load";
import { celeryArgs } from "./program/celeryArgs";
import { prepareTarget } from "./program/targets";

const settings = loadSettings();
const target = prepareTarget(settings);

const rabbitmqImage = new ContainerImage("rabbitmq", {
  repository: pulumi.interpolate`${target.imageRepository}/rabbitmq`,
  context: "docker/rabbitmq",
  baseImage: settings.rabbitmqBaseImage,
  platform: settings.platform,
});
const workerImage = new ContainerImage("worker", {
  repository: pulumi.interpolate`${target.imageRepository}/worker`,
  context: settings.workerContext,
  baseImage: settings.workerBaseImage,
  platform: settings.platform,
});

const celery = new HaCelery(
  "celery",
  celeryArgs(settings, target, { rabbitmq: rabbitmqImage.ref, worker: workerImage.ref }),
  { provider: target.provider, dependsOn: target.foundations },
);

/** Namespace of everything that the stack deploys. */
export const namespace = celery.namespaceName;
/** Where clients inside the cluster connect; holds the password. */
export const amqpUrl = celery.amqpUrl;
/** Deployments of the worker pools. */
export const workers = celery.workerDeploymentNames;
/** Service of the task ledger, when there is one. */
export const ledger = celery.ledgerServiceName;
/** How kubectl reaches the cluster, when the stack made it. Secret. */
export const kubeconfig = pulumi.output(target.kubeconfig);
