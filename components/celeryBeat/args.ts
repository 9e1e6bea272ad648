import type * as pulumi from "@pulumi/pulumi";
import type { BrokerConnection, CeleryOptions, Compute, Volume } from "../types";

/** What `CeleryBeat` and the beat of a `HaCelery` have in common. Changing it ends the pod and then starts another: for some seconds
 * nothing is published, and what was due meanwhile is published late. */
export interface BeatOptions extends CeleryOptions {
  /** All queues of the application, the one for tasks that name no queue first. `HaCelery` takes those of its worker pools.
   * @default `["tasks"]` */
  queues?: string[];
  /** The volume, for the times of the last runs. Kubernetes cannot change its class in place, nor make it smaller.
   * @default 1Gi, the least that many clouds give, of the cluster's default class; deleted with the beat */
  storage?: Volume;
  /** CPU and memory of the pod.
   * @default 50m of CPU requested, 256Mi of memory */
  compute?: Compute;
  /** The container's command.
   * @default `celery --app APP beat` with the scheduler of the `ha_celery` Python package */
  command?: string[];
  /** How long `pulumi up` waits until the pod is ready, for example `5m`.
   * @default `10m` */
  readyTimeout?: string;
}

/** Arguments of `CeleryBeat`. */
export interface CeleryBeatArgs extends BeatOptions {
  /** Namespace of every object. */
  namespace: pulumi.Input<string>;
  /** Image with the application and the `ha_celery` Python package, by digest. */
  image: pulumi.Input<string>;
  /** What follows `celery --app`, for example `mail.tasks`. Its `beat_schedule` says what is published when. */
  app: string;
  /** The broker, for example `RabbitMqCluster.connection`. */
  broker: BrokerConnection;
}
