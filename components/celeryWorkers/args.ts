import type * as pulumi from "@pulumi/pulumi";
import type { CeleryOptions } from "../celeryOptions";
import type { TransformedDeployment } from "../transform/args";
import type {
  BrokerConnection,
  CeleryMetrics,
  Compute,
  LedgerConnection,
  Pool,
  Spread,
  WorkerAutoscale,
} from "../types";

/** Arguments that `CeleryWorkers` shares with the worker pools of a `HaCelery`. Changing any of them except
 * `replicas` and `autoscale` replaces the pods one by one: a new pod starts first, and the old one finishes its
 * tasks. */
export interface WorkerOptions extends CeleryOptions {
  /** Queues that the workers consume. They are declared as quorum queues.
   * @default `["tasks"]` */
  queues?: string[];
  /** Number of worker pods. Mutually exclusive with `autoscale`.
   * @default 3 */
  replicas?: number;
  /** Autoscaling of the worker pods. Mutually exclusive with `replicas`.
   * @default none; `replicas` pods */
  autoscale?: WorkerAutoscale;
  /** How a pod runs its tasks side by side. `threads` and `gevent` need less memory for tasks that wait for the
   * network, but have no time limits, or only some: `docs/explanation/guarantees.md` compares them.
   * @default the app's `worker_pool`, or else `prefork` */
  pool?: Pool;
  /** Number of tasks that a pod runs at a time, each in a process, thread or greenlet of its own.
   * @default 2 */
  concurrency?: number;
  /** Number of tasks of each queue that a pod holds per process, thread or greenlet, including the running one. The
   * default suits short and long tasks: `docs/how-to/your-app.md#prefetch`. Set a number to fix it, for example 1 for
   * tasks with large arguments or that must rarely run twice.
   * @default what its processes finish in a fifth of a second, by the measured duration of the tasks, from 1 to 64;
   * 4 with `threads` or `gevent` */
  prefetch?: number;
  /** Maximum duration of a task, in seconds. A task that takes longer is killed and redelivered. A stopping pod has
   * this time plus 30 s to finish.
   * @default 3600 */
  longestTaskSeconds?: number;
  /** CPU and memory of each pod, shared by all its processes.
   * @default a CPU request of 250m, 512Mi of memory */
  compute?: Compute;
  /** Whether two pods of the pool may share a Kubernetes node. With `required`, an update lets a new pod share a node
   * with an old one. Before Kubernetes 1.31, it needs a free node instead.
   * @default `preferred` */
  spread?: Spread;
  /** Enables Celery's remote control and events, for Flower, `celery inspect`, and revoking tasks. They use queues
   * on a single broker node, so a worker may block until a lost node returns.
   * @default false */
  observable?: boolean;
  /** The container's command.
   * @default `celery --app APP worker` with options from these arguments */
  command?: string[];
  /** Prometheus metrics of the pods.
   * @default on port 9808; none with `inject` */
  metrics?: CeleryMetrics;
  /** How long `pulumi up` waits for all pods to become ready, for example `5m`.
   * @default `10m` */
  readyTimeout?: string;
  /** Functions that change the Kubernetes object of this component, for what no argument covers.
   * @default none */
  transform?: TransformedDeployment;
}

/** Arguments of `CeleryWorkers`. */
export interface CeleryWorkersArgs extends WorkerOptions {
  /** Namespace of every object. */
  namespace: pulumi.Input<string>;
  /** Image with the application and, unless `inject` is set, the `ha_celery` Python package; by digest. */
  image: pulumi.Input<string>;
  /** Argument of `celery --app`, for example `mail.tasks`. */
  app: string;
  /** The broker, for example `RabbitMqCluster.connection`. */
  broker: BrokerConnection;
  /** All queues of the application, starting with the default queue. Use the same list for all its pools and jobs.
   * @default `queues` */
  appQueues?: string[];
  /** Ledger that records every execution, for example `TaskLedger.connection`.
   * @default none */
  ledger?: LedgerConnection;
}
