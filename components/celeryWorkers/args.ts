import type * as pulumi from "@pulumi/pulumi";
import type {
  BrokerConnection,
  CeleryOptions,
  Compute,
  LedgerConnection,
  Spread,
  WorkerAutoscale,
} from "../types";

/** What `CeleryWorkers` and the worker pools of a `HaCelery` have in common. Changing anything but `replicas` and `autoscale` replaces
 * the pods one by one, a new one first; each old one finishes its tasks. */
export interface WorkerOptions extends CeleryOptions {
  /** Queues that the workers take tasks from. They are declared as quorum queues.
   * @default `["tasks"]` */
  queues?: string[];
  /** Worker pods. Excludes `autoscale`.
   * @default 3 */
  replicas?: number;
  /** A number of worker pods that follows the load. Excludes `replicas`.
   * @default none: `replicas` pods */
  autoscale?: WorkerAutoscale;
  /** Tasks that one pod runs at a time, each in a process of its own.
   * @default 2 */
  concurrency?: number;
  /** Tasks that a pod holds for each process, the running one included. 4 keeps processes busy with tasks of a few milliseconds.
   * 1 suits tasks of seconds and more: none waits behind a long one, and a lost pod has nothing but running tasks run again.
   * @default 4 */
  prefetch?: number;
  /** Seconds that the longest task takes. A longer one is killed and run again. A stopping pod gets this and 30 s more to finish.
   * @default 3600 */
  longestTaskSeconds?: number;
  /** CPU and memory of each pod: of all its processes together.
   * @default 250m of CPU requested, 512Mi of memory */
  compute?: Compute;
  /** Whether two pods of the pool may share a Kubernetes node.
   * @default `preferred` */
  spread?: Spread;
  /** Switch on Celery's remote control and events, for Flower, `celery inspect` and revoking. Costs queues on single broker nodes:
   * a worker may have to wait for the return of a lost node before it goes on.
   * @default false */
  observable?: boolean;
  /** The container's command.
   * @default `celery --app APP worker` with options made of the above */
  command?: string[];
  /** How long `pulumi up` waits until all pods are ready, for example `5m`.
   * @default `10m` */
  readyTimeout?: string;
}

/** Arguments of `CeleryWorkers`. */
export interface CeleryWorkersArgs extends WorkerOptions {
  /** Namespace of every object. */
  namespace: pulumi.Input<string>;
  /** Image with the application and the `ha_celery` Python package, by digest. */
  image: pulumi.Input<string>;
  /** What follows `celery --app`, for example `mail.tasks`. */
  app: string;
  /** The broker, for example `RabbitMqCluster.connection`. */
  broker: BrokerConnection;
  /** All queues of the application, the one for tasks that name no queue first. The same for every pool and job of it.
   * @default `queues` */
  appQueues?: string[];
  /** Where each execution is written down, for example `TaskLedger.connection`.
   * @default nowhere */
  ledger?: LedgerConnection;
}
