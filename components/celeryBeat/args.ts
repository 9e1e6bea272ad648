import type * as pulumi from "@pulumi/pulumi";
import type { CeleryOptions } from "../celeryOptions";
import type { TransformedDeployment } from "../transform/args";
import type { BrokerConnection, CeleryMetrics, Compute, Volume } from "../types";

/** Arguments that `CeleryBeat` shares with the beat of a `HaCelery`. Changing one stops the pod before another
 * starts: nothing is published for some seconds, and tasks that were due are published late. */
export interface BeatOptions extends CeleryOptions {
  /** All queues of the application, starting with the default queue. `HaCelery` uses the queues of its worker pools.
   * @default `["tasks"]` */
  queues?: string[];
  /** The volume, which stores the times of the last runs. Kubernetes cannot shrink it. Changing its class is an error,
   * because a new volume would be empty.
   * @default 1Gi, the minimum of many clouds, of the cluster's default class; deleted with the beat */
  storage?: Volume;
  /** CPU and memory of the pod.
   * @default a CPU request of 50m, 256Mi of memory */
  compute?: Compute;
  /** The container's command. Celery's setting `beat_scheduler` selects the scheduler, for example
   * `django_celery_beat.schedulers:DatabaseScheduler`; its default is the scheduler of the `ha_celery` package.
   * @default `celery --app APP beat` */
  command?: string[];
  /** Prometheus metrics of the pods.
   * @default on port 9808; none with `inject` */
  metrics?: CeleryMetrics;
  /** How long `pulumi up` waits for the pod to become ready, for example `5m`.
   * @default `10m` */
  readyTimeout?: string;
  /** Functions that change the Kubernetes object of this component, for what no argument covers.
   * @default none */
  transform?: TransformedDeployment;
}

/** Arguments of `CeleryBeat`. */
export interface CeleryBeatArgs extends BeatOptions {
  /** Namespace of every object. */
  namespace: pulumi.Input<string>;
  /** Image with the application and, unless `inject` is set, the `ha_celery` Python package; by digest. */
  image: pulumi.Input<string>;
  /** Argument of `celery --app`, for example `mail.tasks`. Its `beat_schedule` defines the periodic tasks. */
  app: string;
  /** The broker, for example `RabbitMqCluster.connection`. */
  broker: BrokerConnection;
}
