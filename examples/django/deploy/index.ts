import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type BrokerOptions, ContainerImage, HaCelery } from "ha-celery";
import { database } from "./database";
import { djangoPods } from "./django";
import { migrations } from "./migrations";
import { web } from "./web";

const config = new pulumi.Config();

// The existing cluster. The explicit context ensures that the current context is never used.
const provider = new kubernetes.Provider("cluster", { context: config.require("kubeContext") });

const image = new ContainerImage("shop", {
  repository: config.require("imageRepository"),
  context: "..",
  baseImage: config.require("pythonImage"),
}).ref;

// Settings of the broker that differ between stacks, for example { storage: { size: "50Gi" } }.
const broker = config.getObject<BrokerOptions>("broker");

const space = new kubernetes.core.v1.Namespace(
  "shop",
  { metadata: { labels: { "pod-security.kubernetes.io/enforce": "restricted" } } },
  // Deleting the namespace deletes the database and the brokers' volumes.
  { provider, protect: broker?.deletionProtection ?? true },
);
export const namespace = space.metadata.name;

const postgres = database(namespace, config.require("postgresImage"), provider);
const django = djangoPods(namespace, image, postgres, provider);
const migrated = migrations(django, postgres, provider);

// After the migrations, so that no worker runs with tables that do not exist yet.
const celery = new HaCelery(
  "shop",
  {
    existingNamespace: namespace,
    rabbitmqImage: config.require("rabbitmqImage"),
    workerImage: image,
    app: "shop",
    broker,
    workers: [
      { name: "mail", queues: ["mail"], replicas: 2, longestTaskSeconds: 60, ...django.environment },
      { name: "reports", queues: ["reports"], replicas: 1, longestTaskSeconds: 600, ...django.environment },
    ],
    beat: django.environment,
  },
  { provider, dependsOn: migrated },
);

web(django, celery, provider);

export const workers = celery.workerDeploymentNames;
export const beat = celery.beatDeploymentName;
export const brokerPods = celery.broker.statefulSetName;
