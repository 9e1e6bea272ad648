import type { JobOptions } from "../celeryJob/args";
import type { BeatOptions } from "../celeryBeat/args";
import type * as pulumi from "@pulumi/pulumi";
import type { WorkerOptions } from "../celeryWorkers/args";
import type { SecretKey } from "../types";
import type { LedgerOptions } from "../taskLedger/args";
import type { BrokerOptions } from "../rabbitMqCluster/args";

/** One pool of workers of a `HaCelery`. */
export interface WorkerPoolOptions extends WorkerOptions {
  /** Name of the pool, unique among the pools. Changing it replaces the pool. */
  name: string;
  /** What follows `celery --app` in this pool.
   * @default `app` of the HaCelery */
  app?: string;
}

/** Arguments of `HaCelery`. */
export interface HaCeleryArgs {
  /** Name of the namespace to create. Changing it replaces everything. Excludes `existingNamespace`.
   * @default a generated name */
  namespaceName?: string;
  /** Namespace, not created here, to put everything into. Excludes `namespaceName`.
   * @default none: a namespace is created */
  existingNamespace?: pulumi.Input<string>;
  /** Image of RabbitMQ 4.3 with the management plugin, by digest. */
  rabbitmqImage: pulumi.Input<string>;
  /** Image with the application and the `ha_celery` Python package, by digest. */
  workerImage: pulumi.Input<string>;
  /** What follows `celery --app`, for example `mail.tasks`. */
  app: string;
  /** The broker. If a pool scales by queue length and `access.managementNamespaces` is not given, that is `["keda"]`: KEDA asks the
   * management API.
   * @default three nodes with the defaults of `BrokerOptions` */
  broker?: BrokerOptions;
  /** Pools of workers.
   * @default one pool, `default`, with the defaults of `WorkerOptions` */
  workers?: WorkerPoolOptions[];
  /** Secret key with the URL of Celery's result backend, for every part that names none of its own. See `WorkerOptions.resultBackend`.
   * @default none: results are thrown away */
  resultBackend?: SecretKey;
  /** A Job that publishes tasks once the workers are ready.
   * @default none */
  job?: JobOptions;
  /** What publishes the periodic tasks of `app`.
   * @default none */
  beat?: BeatOptions;
  /** A ledger of every task, to which workers and job write.
   * @default none */
  ledger?: LedgerOptions;
}
