import type * as pulumi from "@pulumi/pulumi";
import type { BrokerConnection, CeleryOptions, Compute, LedgerConnection } from "../types";

/** What `CeleryJob` and the job of a `HaCelery` have in common. A Job cannot change: changing anything runs a new one. */
export interface JobOptions extends CeleryOptions {
  /** Tasks to publish.
   * @default 10000 */
  tasks?: number;
  /** Name of the run; the ids of its tasks begin with it. A new name schedules all tasks once more.
   * @default `run-1` */
  run?: string;
  /** The container's command.
   * @default `python -m counter.scheduler` */
  command?: string[];
  /** All queues of the application, the one for tasks that name no queue first. `HaCelery` takes those of its worker pools.
   * @default `["tasks"]` */
  queues?: string[];
  /** Pods that may fail before the Job is given up. A pod whose node is drained or lost counts too, see `CeleryJob`.
   * @default 10 */
  backoffLimit?: number;
  /** CPU and memory of the pod.
   * @default 100m of CPU requested, 256Mi of memory */
  compute?: Compute;
  /** How long `pulumi up` waits until the Job is complete, for example `1h`.
   * @default `30m` */
  completionTimeout?: string;
}

/** Arguments of `CeleryJob`. */
export interface CeleryJobArgs extends JobOptions {
  /** Namespace of every object. */
  namespace: pulumi.Input<string>;
  /** Image with the application and the `ha_celery` Python package, by digest. */
  image: pulumi.Input<string>;
  /** The broker, for example `RabbitMqCluster.connection`. */
  broker: BrokerConnection;
  /** What remembers the tasks that are published, so that a restarted pod goes on instead of beginning again.
   * @default nothing: a restarted pod publishes every task again, under the same id */
  ledger?: LedgerConnection;
}
