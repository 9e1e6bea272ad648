import type * as pulumi from "@pulumi/pulumi";
import type { BrokerConnection, SecretKey } from "../types";

/** Arguments that `CeleryClient` shares with the client of a `HaCelery`. */
export interface ClientOptions {
  /** Name of the Secret in every namespace. Two installations that share a namespace need different names. Changing it
   * replaces the Secret; pods that use the old name then fail to start.
   * @default the component's name, in a `HaCelery` its name and `-client` */
  secretName?: string;
  /** Longest time of a publishing call, in seconds. It should be less than the timeout of a web request, which is 30 s
   * in gunicorn. Running pods keep their value until they restart.
   * @default 25 */
  publishBudgetSeconds?: number;
}

/** Arguments of `CeleryClient`. */
export interface CeleryClientArgs extends ClientOptions {
  /** Namespace of the broker. */
  namespace: pulumi.Input<string>;
  /** The broker, for example `RabbitMqCluster.connection`. */
  broker: BrokerConnection;
  /** AMQP URL of the broker, for example `RabbitMqCluster.amqpUrl`. Secret. */
  amqpUrl: pulumi.Input<string>;
  /** Other namespaces that get a copy of the Secret. They must exist, and the broker must allow them in
   * `access.clientNamespaces`. Everyone who can read Secrets there can then publish and consume.
   * @default none */
  namespaces?: string[];
  /** All queues of the application, starting with the default queue.
   * @default `["tasks"]` */
  queues?: string[];
  /** Whether the workers are `observable`. Publishers then send an event for each task, and may use remote control.
   * @default false */
  observable?: boolean;
  /** Secret key with the URL of Celery's result backend. A publisher needs it to wait for results, and for chords.
   * It is part of `env`, not of the Secret, and must exist in the namespace of the pod.
   * @default none */
  resultBackend?: SecretKey;
}
