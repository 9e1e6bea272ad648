import type * as pulumi from "@pulumi/pulumi";

/** How strictly pods of one component keep away from each other's Kubernetes node. */
export const Spread = {
  /** Never two on one node. A pod without a free node stays Pending. */
  Required: "required",
  /** Apart where there is room, together where there is none. */
  Preferred: "preferred",
} as const;
/** A value of the constant of the same name. */
export type Spread = (typeof Spread)[keyof typeof Spread];

/** What becomes of volumes, and of the tasks in them, when their owner is deleted. */
export const OnDelete = {
  /** The volumes stay, and go on costing money, until somebody deletes them. */
  Retain: "retain",
  /** The volumes go with their owner. */
  Delete: "delete",
} as const;
/** A value of the constant of the same name. */
export type OnDelete = (typeof OnDelete)[keyof typeof OnDelete];

/** CPU and memory of one pod. */
export interface Compute {
  /** CPU that each pod requests, a Kubernetes quantity such as `500m` or `2`. */
  cpu?: string;
  /** CPU that each pod is held to, a Kubernetes quantity.
   * @default no limit: a limit slows failover and start-up while the node's other CPUs idle */
  cpuLimit?: string;
  /** Memory of each pod, a Kubernetes quantity such as `2Gi`. Request and limit are the same, so that a pod never
   * loses memory that it was promised. */
  memory?: string;
}

/** A volume that a component claims for each of its pods. */
export interface Volume {
  /** Size, a Kubernetes quantity such as `20Gi`. */
  size?: string;
  /** StorageClass of the claims.
   * @default the cluster's default class */
  className?: string;
}

/** A taint of Kubernetes nodes that pods accept; the fields are those of Kubernetes. */
export interface Toleration {
  /** Key of the taint. Absent, with operator `Exists`: every taint. */
  key?: string;
  /** `Exists` or `Equal`.
   * @default Kubernetes' own, `Equal` */
  operator?: string;
  /** Value of the taint, for operator `Equal`. */
  value?: string;
  /** `NoSchedule`, `PreferNoSchedule` or `NoExecute`. Absent: every effect. */
  effect?: string;
  /** Seconds that a running pod stays after a `NoExecute` taint appeared. Absent: for ever. */
  tolerationSeconds?: number;
}

/** One key of a Kubernetes Secret in the same namespace. */
export interface SecretKey {
  /** Name of the Secret. */
  secretName: pulumi.Input<string>;
  /** Key in the Secret. */
  key: pulumi.Input<string>;
}

/** What a pod needs to use a broker. `RabbitMqCluster.connection` is one; write your own for a broker that you run elsewhere. */
export interface BrokerConnection {
  /** Name of the Secret that holds the AMQP URL. */
  secretName: pulumi.Input<string>;
  /** Key of the AMQP URL in the Secret. */
  key: pulumi.Input<string>;
  /** Labels that the broker's NetworkPolicy lets in. Every pod that connects carries them.
   * @default none */
  clientLabels?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** How clients check the broker's certificate, when the URL begins with `amqps`.
   * @default the authorities of the client's image, and the URL's host */
  trust?: BrokerTrust;
  /** URL of the management API with a user that may only look, for autoscaling by the length of queues.
   * @default none: such autoscaling is refused */
  management?: SecretKey;
}

/** How clients check a broker's certificate. */
export interface BrokerTrust {
  /** Secret key with the certificates, PEM, of the authorities that clients trust. */
  authority: SecretKey;
  /** Name that the broker's certificate must be for, whatever host the URL names. */
  serverName: pulumi.Input<string>;
}

/** What a pod needs to write to a ledger. `TaskLedger.connection` is one. */
export interface LedgerConnection {
  /** Base URL, for example `http://ledger:8080`. */
  url: pulumi.Input<string>;
  /** Labels that the ledger's NetworkPolicy lets in. Every pod that connects carries them.
   * @default none */
  clientLabels?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/** Where pods may run. */
export interface Placement {
  /** Labels that a Kubernetes node must have. Changing it restarts the pods.
   * @default any node */
  nodeSelector?: Record<string, string>;
  /** Taints that the pods accept. Changing it restarts the pods.
   * @default none but those that the component says */
  tolerations?: Toleration[];
  /** PriorityClass of the pods. Changing it restarts the pods.
   * @default the cluster's default class */
  priorityClassName?: string;
}

/** What the components that run an application's code have in common. Changing it replaces the pods. */
export interface CeleryOptions extends Placement {
  /** Environment variables of the application.
   * @default none */
  env?: Record<string, pulumi.Input<string>>;
  /** Environment variables of the application whose values are in Secrets of the namespace.
   * @default none */
  envFromSecrets?: Record<string, SecretKey>;
  /** Secret key with the URL of Celery's result backend, for example `redis://:password@redis:6379/0`. The backend is yours to run, and
   * its Python package (`redis`) yours to install in the image. Who publishes by `delay()` needs it too: without Redis that fails after some
   * 20 s. A beat does not. Not `rpc://`: its queues are lost with their broker node.
   * @default none: results are thrown away */
  resultBackend?: SecretKey;
  /** User and group id that the containers run as.
   * @default 10001, that of docker/worker */
  runAsUser?: number;
}

/** What the number of worker pods follows. */
export const ScaleBy = {
  /** The CPU that the pods use, by Kubernetes' own HorizontalPodAutoscaler. For tasks that compute. Needs metrics-server in the Kubernetes
   * cluster; GKE brings it. */
  Cpu: "cpu",
  /** The tasks in the queues, waiting and running, by KEDA. For tasks that mostly wait for others, and for none at all while there is nothing
   * to do. Needs KEDA 2.21 or later in the Kubernetes cluster, its namespace in the broker's `access.managementNamespaces`, and
   * `broker.management`. With TLS, the broker's certificate must be for the host of the management URL: KEDA knows no other name. */
  QueueLength: "queueLength",
} as const;
/** A value of the constant of the same name. */
export type ScaleBy = (typeof ScaleBy)[keyof typeof ScaleBy];

/** A number of worker pods that follows the load. Pods are added at once. They are taken away a quarter a minute at most, when fewer
 * would have been enough for as long as the longest task takes (5 minutes at least, an hour at most); each one finishes its tasks first,
 * and costs its CPU and memory until then.
 *
 * A pool that changes from `replicas` to `autoscale` has one pod for a moment. */
export interface WorkerAutoscale {
  /** Pods that are always there. 0 is allowed by queue length: the first task then waits for a pod to start.
   * @default 2, or `maxReplicas` if that is less */
  minReplicas?: number;
  /** Pods at most. Bounds what the pool can cost. */
  maxReplicas: number;
  /** What the number of pods follows.
   * @default `cpu` */
  by?: ScaleBy;
  /** CPU that the pods shall use on average, in percent of `compute.cpu`. For `cpu`.
   * @default 70 */
  cpuPercent?: number;
  /** Tasks, waiting and running, for which there shall be a pod. For `queueLength`.
   * @default `concurrency` times `prefetch`, what a pod holds: with less, pods would come for tasks that others hold already */
  tasksPerReplica?: number;
}
