import * as pulumi from "@pulumi/pulumi";
import { ContainerImage, HaCelery } from "./components";
import baseImages from "./docker/base-images.json";
import { loadSettings } from "./program/settings/load";
import { celeryArgs, hasDrills } from "./program/celeryArgs";
import { drillsImageContext } from "./program/drillsImage";
import { trialPrometheus } from "./program/prometheus";
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
const drillsImage = hasDrills(settings)
  ? new ContainerImage("drills", {
      repository: pulumi.interpolate`${target.imageRepository}/drills`,
      context: drillsImageContext(),
      baseImage: settings.drillsBaseImage || baseImages.drills,
      platform: settings.platform,
    })
  : undefined;

const celery = new HaCelery(
  "celery",
  celeryArgs(settings, target, {
    rabbitmq: rabbitmqImage.ref,
    worker: workerImage.ref,
    drills: drillsImage?.ref,
  }),
  { provider: target.provider, dependsOn: target.foundations },
);

const prometheus = trialPrometheus(settings, target, celery);

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
/** CronJob of the scheduled drills; undefined without them. */
export const drills = celery.drillsCronJobName;
/** Service of the task ledger; undefined without a ledger. */
export const ledger = celery.ledgerServiceName;
/** Address of the Prometheus inside the cluster; undefined without `prometheusBaseImage`. */
export const prometheusUrl = prometheus?.url;
/** Kubeconfig of the cluster, if the stack created it. Secret. */
export const kubeconfig = pulumi.output(target.kubeconfig);
