import * as gcp from "@pulumi/gcp";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  ContainerImage,
  ContainerRegistry,
  GkeCluster,
  GoogleIdentity,
  HaCelery,
  StorageClasses,
} from "ha-celery";
import baseImages from "../../docker/base-images.json";

const config = new pulumi.Config();
const project = config.require("project");
const location = config.require("region");

const cluster = new GkeCluster("reports", { project, location, dnsEndpoint: true });
const onCluster = { provider: cluster.provider };
const disks = new StorageClasses("reports", {}, onCluster);
const namespace = new kubernetes.core.v1.Namespace("reports", {}, onCluster).metadata.name;

// The workers' identity may read one bucket, and nothing else.
const identity = new GoogleIdentity("reports", { project, namespace }, onCluster);
const bucket = new gcp.storage.Bucket("reports", {
  project,
  location: location.toUpperCase(),
  uniformBucketLevelAccess: true,
  publicAccessPrevention: "enforced",
});
const reader = new gcp.storage.BucketIAMMember("reports", {
  bucket: bucket.name,
  role: "roles/storage.objectViewer",
  member: identity.member,
});

const registry = new ContainerRegistry("reports", {
  project,
  location,
  readers: [pulumi.interpolate`serviceAccount:${cluster.nodeServiceAccountEmail}`],
});
const rabbitmqImage = new ContainerImage("rabbitmq", {
  repository: pulumi.interpolate`${registry.url}/rabbitmq`,
  context: "../../docker/rabbitmq",
  baseImage: baseImages.rabbitmq,
}).ref;
const workerImage = new ContainerImage("worker", {
  repository: pulumi.interpolate`${registry.url}/worker`,
  context: "worker",
  baseImage: baseImages.worker,
}).ref;

const celery = new HaCelery(
  "reports",
  {
    existingNamespace: namespace,
    rabbitmqImage,
    workerImage,
    app: "reports",
    // The image has Celery and the app; the package is put into the pods.
    inject: true,
    broker: { storage: { size: "20Gi", className: "reports-ssd" } },
    workers: [
      {
        name: "default",
        longestTaskSeconds: 60,
        env: { BUCKET: bucket.name },
        pod: { serviceAccountName: identity.serviceAccountName },
      },
    ],
  },
  { ...onCluster, dependsOn: [disks, reader] },
);

export const bucketName = bucket.name;
export const clientSecret = celery.clientSecretName;
export const kubeconfig = cluster.kubeconfig;
