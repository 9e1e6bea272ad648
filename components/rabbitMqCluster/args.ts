import type * as pulumi from "@pulumi/pulumi";
import type { Compute, OnDelete, Placement, Spread, Volume } from "../types";

/** The volume of each broker node. */
export interface BrokerStorage extends Volume {
  /** What becomes of the volumes, and of the tasks queued in them, when the cluster is destroyed.
   * @default `retain` */
  onDelete?: OnDelete;
}

/** Who may connect to a broker, besides the broker's own nodes. Needs a network plugin that enforces NetworkPolicies. */
export interface BrokerAccess {
  /** Namespaces whose pods may use AMQP if they carry the client labels. The broker's own namespace always may.
   * @default none */
  clientNamespaces?: string[];
  /** Namespaces whose pods may use the management API, for example that of an autoscaler. They need a password too.
   * @default none; `kubectl port-forward` works without */
  managementNamespaces?: string[];
  /** Namespaces whose pods may read metrics at port 15692, without a password.
   * @default none */
  monitoringNamespaces?: string[];
}

/** Encrypted connections to a broker, and how clients know that it is the right one. */
export interface BrokerTls {
  /** Name of a Secret of type `kubernetes.io/tls` in the broker's namespace, with `tls.crt`, `tls.key` and `ca.crt`, as
   * cert-manager makes it. A renewed certificate is taken up without a restart: docs/how-to/tls.md. */
  secretName: pulumi.Input<string>;
  /** Host name that the certificate is for. Clients check it instead of the host that they connect to, which is generated.
   * Changing it restarts the workers. */
  serverName: string;
}

/** What `RabbitMqCluster` and the broker of a `HaCelery` have in common. */
export interface BrokerOptions extends Placement {
  /** Broker nodes, an odd number: 3 survives the loss of one, 5 of two, 1 of none. Raising it adds nodes, to which the queues
   * spread by themselves. Lowering it needs a hand: RabbitMQ goes on counting a node that left until it is told to forget it.
   * @default 3 */
  replicas?: number;
  /** The volume of each broker node. Kubernetes cannot change size or class in place: a change fails, before anything is
   * touched, and names the procedure in docs/how-to/grow-storage.md.
   * @default 10Gi of the cluster's default class, retained */
  storage?: BrokerStorage;
  /** CPU and memory of each broker node. Changing it restarts them one by one.
   * @default 1 CPU requested, 2Gi of memory */
  compute?: Compute;
  /** Whether two broker nodes may share a Kubernetes node. With `preferred`, one lost Kubernetes node can take the majority with it.
   * @default `required` */
  spread?: Spread;
  /** Lines of rabbitmq.conf that are added to, or win over, those of the component. Changing one restarts the nodes one by one.
   * @default none */
  config?: Record<string, string>;
  /** Plugins besides peer discovery, management and prometheus. The image must have them.
   * @default none */
  plugins?: string[];
  /** Virtual host of the application. Changing it starts with empty queues in the new one.
   * @default `celery` */
  vhost?: string;
  /** RabbitMQ user of the application. Its password is generated.
   * @default `celery` */
  username?: string;
  /** How often the application's password was changed. One more makes a new password, for `<username>-2` and `<username>` in
   * turn; the one before works until the next change, so that no client is refused meanwhile. Restarts the nodes, then the
   * workers, one by one. Raise it by one at a time and never lower it: docs/how-to/rotate-password.md.
   * @default 0 */
  passwordRevision?: number;
  /** Encrypt connections of clients and of the management API, and open no port without encryption but that of metrics.
   * Changing it restarts the nodes one by one; clients cannot connect until they, too, restart with the new URL.
   * @default none: not encrypted, for networks that nobody else listens to */
  tls?: BrokerTls;
  /** Seconds after which the broker takes a task back from a consumer that neither finished nor refused it. Must exceed the longest
   * task and its wait in the worker, else that task is run again and again. `HaCelery` computes it from the worker pools.
   * @default 14400 */
  consumerTimeoutSeconds?: number;
  /** Seconds a stopping node has to wait until the others can do without it, and to hand over its leaders. Four fifths of it
   * are for the wait.
   * @default 600, what cloud providers grant on node upgrades */
  gracePeriodSeconds?: number;
  /** Who may connect.
   * @default pods with the client labels in the broker's own namespace */
  access?: BrokerAccess;
  /** Domain of the Kubernetes cluster's DNS. Node names contain it: a change, which would lose the cluster, fails.
   * @default `cluster.local` */
  clusterDomain?: string;
  /** Refuse to delete the StatefulSet, the credentials and the namespace in `pulumi destroy` or by a replacement.
   * To destroy, set it to false and run `pulumi up` first.
   * @default true */
  deletionProtection?: boolean;
  /** How long `pulumi up` waits until all nodes are ready, for example `10m`.
   * @default `20m` */
  readyTimeout?: string;
}

/** Arguments of `RabbitMqCluster`. */
export interface RabbitMqClusterArgs extends BrokerOptions {
  /** Namespace of every object. Another one is another, empty cluster. */
  namespace: pulumi.Input<string>;
  /** Image of RabbitMQ 4.3 with the management plugin, by digest. Changing it restarts the nodes one by one.
   * That of docker/rabbitmq also lets a node in a minority close itself to clients, who would else wait there until a partition is over.
   * If no node ever started, because of a wrong image, the right one alone does not help: Kubernetes replaces one pod and waits
   * for it, and it waits for the others. Delete them: `kubectl delete pod -l app.kubernetes.io/instance=NAME`. */
  image: pulumi.Input<string>;
}
