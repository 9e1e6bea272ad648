import type * as pulumi from "@pulumi/pulumi";

/** How a worker runs its tasks side by side. The page `docs/explanation/guarantees.md` compares them. */
export const Pool = {
  /** Each task in a process. */
  Prefork: "prefork",
  /** Each task in a thread. Tasks have no time limits. */
  Threads: "threads",
  /** Each task in a greenlet; the image needs the package `gevent`. */
  Gevent: "gevent",
} as const;
/** A value of the constant of the same name. */
export type Pool = (typeof Pool)[keyof typeof Pool];

/** Whether pods of one component may share a Kubernetes node. */
export const Spread = {
  /** Never two pods on one node. A pod without a free node stays Pending. */
  Required: "required",
  /** Different nodes if possible, the same node otherwise. */
  Preferred: "preferred",
} as const;
/** A value of the constant of the same name. */
export type Spread = (typeof Spread)[keyof typeof Spread];

/** Whether volumes, and the tasks on them, are deleted with their owner. */
export const OnDelete = {
  /** The volumes stay, and keep costing money, until someone deletes them. */
  Retain: "retain",
  /** The volumes are deleted with their owner. */
  Delete: "delete",
} as const;
/** A value of the constant of the same name. */
export type OnDelete = (typeof OnDelete)[keyof typeof OnDelete];

/** CPU and memory of one pod. */
export interface Compute {
  /** CPU request of each pod, a Kubernetes quantity such as `500m` or `2`. At most `cpuLimit`, which also lowers the
   * default. */
  cpu?: string;
  /** CPU limit of each pod, a Kubernetes quantity.
   * @default no limit, because a limit slows down failover and startup while the node has idle CPUs */
  cpuLimit?: string;
  /** Memory of each pod, a Kubernetes quantity such as `2Gi`. Request and limit are the same, so that a pod never
   * loses memory that it requested. */
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

/** A toleration of node taints, with the fields of Kubernetes. */
export interface Toleration {
  /** Key of the taint. If absent, and the operator is `Exists`, every taint. */
  key?: string;
  /** `Exists` or `Equal`.
   * @default Kubernetes' default, `Equal` */
  operator?: string;
  /** Value of the taint, for operator `Equal`. */
  value?: string;
  /** `NoSchedule`, `PreferNoSchedule` or `NoExecute`. If absent, every effect. */
  effect?: string;
  /** Seconds that a running pod stays after a `NoExecute` taint appears. If absent, it stays. */
  tolerationSeconds?: number;
}

/** One key of a Kubernetes Secret in the same namespace. */
export interface SecretKey {
  /** Name of the Secret. */
  secretName: pulumi.Input<string>;
  /** Key in the Secret. */
  key: pulumi.Input<string>;
}

/** What a pod needs to connect to a broker: `RabbitMqCluster.connection`, or your own for a broker that runs
 * elsewhere. */
export interface BrokerConnection {
  /** Name of the Secret that holds the AMQP URL. */
  secretName: pulumi.Input<string>;
  /** Key of the AMQP URL in the Secret. */
  key: pulumi.Input<string>;
  /** Labels that the broker's NetworkPolicy allows. Every pod that connects has them.
   * @default none */
  clientLabels?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** How clients verify the broker's certificate if the URL starts with `amqps`.
   * @default the CA certificates of the client's image, and the URL's host */
  trust?: BrokerTrust;
  /** Management API URL with a read-only user, for autoscaling by queue length.
   * @default none; autoscaling by queue length then fails */
  management?: SecretKey;
}

/** How clients verify a broker's certificate. */
export interface BrokerTrust {
  /** Secret key with the CA certificates that clients trust, in PEM format. */
  authority: SecretKey;
  /** The same certificates, for `CeleryClient`, which copies them to pods of other namespaces.
   * @default not copied */
  certificates?: pulumi.Input<string>;
  /** Name that the broker's certificate must contain, regardless of the host in the URL. */
  serverName: pulumi.Input<string>;
}

/** What a pod needs to write to a ledger: `TaskLedger.connection`. */
export interface LedgerConnection {
  /** Base URL without the token, for example `http://ledger:8080`. */
  url: pulumi.Input<string>;
  /** Secret key of the token, without which the ledger refuses every request. */
  token: SecretKey;
  /** Labels that the ledger's NetworkPolicy allows. Every pod that connects has them.
   * @default none */
  clientLabels?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/** Prometheus metrics of worker or beat pods. The page `docs/reference/metrics.md` lists them. Changing one replaces
 * the pods. */
export interface CeleryMetrics {
  /** Whether each pod serves metrics, at `/metrics`, without TLS and without a password. The image needs the Python
   * package `prometheus-client`; without it, the pods log a warning and serve none.
   * @default true; false with `inject`, because the image may lack the package */
  enabled?: boolean;
  /** Port of the metrics.
   * @default 9808 */
  port?: number;
  /** Namespaces whose pods may read the metrics. If there is one, a NetworkPolicy closes the pods to all other
   * connections. In the namespace that a `HaCelery` creates, they are closed in any case.
   * @default none; in a `HaCelery`, `broker.access.monitoringNamespaces` */
  monitoringNamespaces?: string[];
}

/** Scheduling of pods. */
export interface Placement {
  /** Labels that a Kubernetes node must have. Changing it restarts the pods.
   * @default any node */
  nodeSelector?: Record<string, string>;
  /** Taints that the pods tolerate. Changing it restarts the pods.
   * @default none besides those of the component */
  tolerations?: Toleration[];
  /** PriorityClass of the pods. Changing it restarts the pods.
   * @default the cluster's default class */
  priorityClassName?: string;
}

/** Metric that sets the number of worker pods. */
export const ScaleBy = {
  /** CPU usage of the pods, by a HorizontalPodAutoscaler. For CPU-bound tasks. Requires metrics-server in the
   * Kubernetes cluster; GKE includes it. */
  Cpu: "cpu",
  /** Tasks in the queues, waiting and running, by KEDA. For tasks that mostly wait for I/O, and to scale to zero.
   * Requires KEDA 2.21 or later in the Kubernetes cluster, its namespace in the broker's
   * `access.managementNamespaces`, and `broker.management`. With TLS, the broker's certificate must contain the
   * host of the management URL, because KEDA verifies no other name. */
  QueueLength: "queueLength",
} as const;
/** A value of the constant of the same name. */
export type ScaleBy = (typeof ScaleBy)[keyof typeof ScaleBy];

/** Autoscaling of worker pods. Scaling up is immediate. Scaling down removes at most a quarter of the pods per
 * minute, once fewer pods have been enough for the duration of the longest task (at least 5 minutes, at most an
 * hour). Each pod finishes its tasks first, and uses its CPU and memory until then.
 *
 * A pool that changes from `replicas` to `autoscale` runs a single pod for a moment. */
export interface WorkerAutoscale {
  /** Minimum number of pods. 0 is allowed with `queueLength`; the first task then waits for a pod to start.
   * @default 2, or `maxReplicas` if that is less */
  minReplicas?: number;
  /** Maximum number of pods, which limits the cost of the pool. */
  maxReplicas: number;
  /** Metric that sets the number of pods.
   * @default `cpu` */
  by?: ScaleBy;
  /** Target for the average CPU usage, in percent of `compute.cpu`. For `cpu`.
   * @default 70 */
  cpuPercent?: number;
  /** Tasks per pod, waiting and running. For `queueLength`.
   * @default `concurrency` times `prefetch`, or times 4 without it; with less, pods would start for tasks that
   * other pods hold already */
  tasksPerReplica?: number;
}
