import * as pulumi from "@pulumi/pulumi";
import { ContainerImage, HaCelery } from "./components";
import baseImages from "./docker/base-images.json";
import { loadSettings } from "./program/settings/load";
import { celeryArgs } from "./program/celeryArgs";
import { prepareTarget } from "./program/targets";

const settings = loadSettings();
const target = prepareTarget(settings);

const rabbitmqImage = new ContainerImage("rabbitmq", {
  repository: pulumi.interpolate`${target.imageRepository}/rabbitmq`,
  context: "docker/rabbitmq",
  baseImage: settings.rabbitmqBaseImage || baseImages.rabbitmq,
  platform: settings.platform,
});
const workerImage = new ContainerImage("worker", {
  repository: pulumi.interpolate`${target.imageRepository}/worker`,
  context: settings.workerContext,
  baseImage: settings.workerBaseImage || baseImages.worker,
  platform: settings.platform,
});

const celery = new HaCelery(
  "celery",
  celeryArgs(settings, target, { rabbitmq: rabbitmqImage.ref, worker: workerImage.ref }),
  { provider: target.provider, dependsOn: target.foundations },
);

/** Namespace of all Kubernetes objects of the stack. */
export const namespace = celery.namespaceName;
/** URL for clients inside the cluster; contains the password. */
export const amqpUrl = celery.amqpUrl;
/** Secret with the variables of your own publishers, for `envFrom`. */
export const clientSecret = celery.clientSecretName;
/** Labels of your own publishers. */
export const clientLabels = celery.clientLabels;
/** Deployments of the worker pools. */
export const workers = celery.workerDeploymentNames;
/** Service of the task ledger; undefined without a ledger. */
export const ledger = celery.ledgerServiceName;
/** Kubeconfig of the cluster, if the stack created it. Secret. */
export const kubeconfig = pulumi.output(target.kubeconfig);
