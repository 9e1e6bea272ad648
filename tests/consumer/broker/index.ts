import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { OnDelete, RabbitMqCluster } from "ha-celery";

const config = new pulumi.Config();
const provider = new kubernetes.Provider("cluster", { context: config.require("kubeContext") });

const tasks = new kubernetes.core.v1.Namespace("tasks", {}, { provider });
const broker = new RabbitMqCluster(
  "tasks",
  {
    namespace: tasks.metadata.name,
    image: config.require("rabbitmqImage"),
    replicas: 1,
    compute: { cpu: "100m", memory: "512Mi" },
    storage: { size: "1Gi", onDelete: OnDelete.Delete },
    deletionProtection: false,
  },
  { provider },
);

export const namespace = tasks.metadata.name;
export const amqpUrl = broker.amqpUrl;
export const pods = broker.statefulSetName;
