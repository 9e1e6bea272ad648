import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type BrokerOptions, HaCelery } from "ha-celery";
import { overrides } from "./overrides";

const config = new pulumi.Config();

// The existing cluster. The explicit context ensures that the current context is never used.
const cluster = new kubernetes.Provider("cluster", { context: config.require("kubeContext") });

const orders = new HaCelery(
  "orders",
  {
    rabbitmqImage: config.require("rabbitmqImage"),
    workerImage: config.require("workerImage"),
    app: config.require("app"),
    // Settings that differ between stacks, for example { storage: { size: "50Gi" } }.
    broker: config.getObject<BrokerOptions>("broker"),
    workers: [
      {
        name: "mail",
        queues: ["mail"],
        replicas: 2,
        concurrency: 4,
        longestTaskSeconds: 120,
        // For a field without an argument.
        transform: {
          deployment: (args) => ({ ...args, spec: { ...args.spec, revisionHistoryLimit: 2 } }),
        },
      },
      { name: "reports", queues: ["reports"], replicas: 1, concurrency: 1, longestTaskSeconds: 3600 },
    ],
  },
  { provider: cluster, transforms: [overrides] },
);

export const namespace = orders.namespaceName;
export const amqpUrl = orders.amqpUrl;
export const workers = orders.workerDeploymentNames;
export const brokerPods = orders.broker.statefulSetName;
