import type { JobOptions } from "../celeryJob/args";
import type { BeatOptions } from "../celeryBeat/args";
import type { ClientOptions } from "../celeryClient/args";
import type * as pulumi from "@pulumi/pulumi";
import type { WorkerOptions } from "../celeryWorkers/args";
import type { MonitoringOptions } from "../monitoring/args";
import type { SecretKey } from "../types";
import type { LedgerOptions } from "../taskLedger/args";
import type { ScheduledDrillsOptions } from "../scheduledDrills/args";
import type { BrokerOptions } from "../rabbitMqCluster/args";

/** One pool of workers of a `HaCelery`. */
export interface WorkerPoolOptions extends WorkerOptions {
  /** Name of the pool, unique among the pools; not `broker`, and not `beat` beside a beat. Changing it replaces the
   * pool. */
  name: string;
  /** Argument of `celery --app` in this pool.
   * @default `app` of the `HaCelery` */
  app?: string;
}

/** Arguments of `HaCelery`. */
export interface HaCeleryArgs {
  /** Name of the namespace to create. Changing it replaces everything. Mutually exclusive with `existingNamespace`.
   * @default a generated name */
  namespaceName?: string;
  /** Existing namespace to deploy to. Mutually exclusive with `namespaceName`.
   * @default none; a namespace is created */
  existingNamespace?: pulumi.Input<string>;
  /** Image of RabbitMQ 4.3 with the management plugin, by digest. */
  rabbitmqImage: pulumi.Input<string>;
  /** Image with the application and, unless `inject` is set, the `ha_celery` Python package; by digest. */
  workerImage: pulumi.Input<string>;
  /** Argument of `celery --app`, for example `mail.tasks`. */
  app: string;
  /** The broker. If a pool scales by queue length, `access.managementNamespaces` defaults to `["keda"]`, because
   * KEDA uses the management API.
   * @default three nodes with the defaults of `BrokerOptions` */
  broker?: BrokerOptions;
  /** Pools of workers. The brokers' consumer timeout follows the longest hold: `longestTaskSeconds` times `prefetch`
   * times the number of the pool's queues, plus one task, or half an hour if that is longer. RabbitMQ reads it when it
   * starts, so a longer hold restarts the broker nodes one by one; other changes leave them as they are. Set
   * `broker.consumerTimeoutSeconds` to the longest that you expect to avoid the restart.
   * @default one pool, `default`, with the defaults of `WorkerOptions` */
  workers?: WorkerPoolOptions[];
  /** Secret key with the URL of Celery's result backend, the default for all parts. See `WorkerOptions.resultBackend`.
   * @default none; results are discarded */
  resultBackend?: SecretKey;
  /** The Secret for your own pods that publish tasks, see `HaCelery.client`. It is copied to the namespaces in
   * `broker.access.clientNamespaces`.
   * @default the defaults of `ClientOptions` */
  client?: ClientOptions;
  /** Adds the `ha_celery` Python package to the pods of all parts, so that the image needs only Celery and the
   * application. The default for all parts. See `CeleryOptions.inject`.
   * @default false; the image has the package */
  inject?: boolean;
  /** A Job that publishes tasks once the workers are ready.
   * @default none */
  job?: JobOptions;
  /** A beat that publishes the periodic tasks of `app`.
   * @default none */
  beat?: BeatOptions;
  /** Scrapes and alerts of a Prometheus. Name its namespace in `broker.access.monitoringNamespaces`.
   * @default none; the pods only have annotations of `prometheus.io` */
  monitoring?: MonitoringOptions;
  /** Drills by the clock, of this installation.
   * @default none */
  scheduledDrills?: ScheduledDrillsOptions;
  /** A ledger that workers and the job write to.
   * @default none */
  ledger?: LedgerOptions;
}
