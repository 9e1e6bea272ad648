import type * as pulumi from "@pulumi/pulumi";
import type { CeleryOptions } from "../celeryOptions";
import type { TransformedJob } from "../transform/args";
import type { BrokerConnection, Compute, LedgerConnection } from "../types";

/** Arguments that `CeleryJob` shares with the job of a `HaCelery`. Jobs are immutable: changing an argument runs a
 * new one. */
export interface JobOptions extends CeleryOptions {
  /** Number of tasks to publish, from 1 to 1,000,000.
   * @default 10000 */
  tasks?: number;
  /** Name of the run, with which the IDs of its tasks start. A new name publishes all tasks again.
   * @default `run-1` */
  run?: string;
  /** The container's command.
   * @default `python -m counter.scheduler` */
  command?: string[];
  /** All queues of the application, starting with the default queue. `HaCelery` uses the queues of its worker pools.
   * @default `["tasks"]` */
  queues?: string[];
  /** Number of pods that may fail before the Job fails. A pod whose node is drained or lost counts as failed.
   * @default 10 */
  backoffLimit?: number;
  /** CPU and memory of the pod.
   * @default a CPU request of 100m, 256Mi of memory */
  compute?: Compute;
  /** How long `pulumi up` waits for the Job to complete, for example `1h`.
   * @default `30m` */
  completionTimeout?: string;
  /** Functions that change the Kubernetes object of this component, for what no argument covers.
   * @default none */
  transform?: TransformedJob;
}

/** Arguments of `CeleryJob`. */
export interface CeleryJobArgs extends JobOptions {
  /** Namespace of every object. */
  namespace: pulumi.Input<string>;
  /** Image with the application and, unless `inject` is set, the `ha_celery` Python package; by digest. */
  image: pulumi.Input<string>;
  /** The broker, for example `RabbitMqCluster.connection`. */
  broker: BrokerConnection;
  /** Ledger that records the published tasks, so that a restarted pod continues where the previous one stopped.
   * @default none; a restarted pod publishes every task again, with the same IDs */
  ledger?: LedgerConnection;
}
