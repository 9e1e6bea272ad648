import { ContainerImage, HaCelery } from "./components";
import { loadSettings, type Settings } from "./config";
import { prepareTarget } from "./targets";

const settings = loadSettings();
const target = prepareTarget(settings);

const rabbitmqImage = new ContainerImage("rabbitmq", {
  repository: `${target.imageRepository}/rabbitmq`,
  context: "docker/rabbitmq",
  baseImage: settings.rabbitmqBaseImage,
  platform: settings.platform,
});
const workerImage = new ContainerImage("worker", {
  repository: `${target.imageRepository}/worker`,
  context: settings.workerContext,
  baseImage: settings.workerBaseImage,
  platform: settings.platform,
});

const celery = new HaCelery(
  "celery",
  {
    namespaceName: settings.namespace || undefined,
    rabbitmqImage: rabbitmqImage.ref,
    workerImage: workerImage.ref,
    app: settings.workerApp,
    broker: brokerOptions(settings),
    workers: workerPools(settings),
    job:
      settings.scheduleTasks > 0 ? { tasks: settings.scheduleTasks, run: settings.scheduleRun } : undefined,
    ledger: settings.ledger
      ? { storage: { className: settings.brokerStorageClass || undefined } }
      : undefined,
  },
  { provider: target.provider },
);

function brokerOptions(from: Settings) {
  return {
    replicas: from.brokerReplicas,
    storage: {
      size: from.brokerStorage,
      className: from.brokerStorageClass || undefined,
      onDelete: from.storageOnDelete,
    },
    compute: { cpu: from.brokerCpu, memory: from.brokerMemory },
    spread: from.brokerSpread,
    config: from.brokerConfig,
    vhost: from.vhost,
    username: from.brokerUser,
    deletionProtection: from.deletionProtection,
    readyTimeout: from.readyTimeout,
  };
}

function workerPools(from: Settings) {
  return from.workerPools.map(({ cpu, memory, ...pool }) => ({
    ...pool,
    compute: { cpu, memory },
    readyTimeout: from.readyTimeout,
  }));
}

/** Namespace of everything that the stack deploys. */
export const namespace = celery.namespaceName;
/** Where clients inside the cluster connect; holds the password. */
export const amqpUrl = celery.amqpUrl;
/** Deployments of the worker pools. */
export const workers = celery.workerDeploymentNames;
/** Service of the task ledger, when there is one. */
export const ledger = celery.ledgerServiceName;
