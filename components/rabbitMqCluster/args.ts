import type * as pulumi from "@pulumi/pulumi";
import type { Compute, OnDelete, Placement, Spread, Volume } from "../types";
import type { TransformedStatefulSet } from "../transform/args";

/** The volume of each broker node. */
export interface BrokerStorage extends Volume {
  /** Whether the volumes, and the tasks on them, are deleted with the cluster.
   * @default `retain` */
  onDelete?: OnDelete;
}

/** Namespaces that may connect to a broker. This requires a CNI plugin that enforces NetworkPolicies. */
export interface BrokerAccess {
  /** Namespaces whose pods may use AMQP if they have the client labels. The broker's own namespace is always allowed.
   * In a `HaCelery` they must exist, because each gets a copy of the Secret of `HaCelery.client`.
   * @default none */
  clientNamespaces?: string[];
  /** Namespaces whose pods may use the management API, for example that of an autoscaler. They also need a password.
   * @default none; `kubectl port-forward` works regardless */
  managementNamespaces?: string[];
  /** Namespaces whose pods may read metrics without a password, on port 15692, or 15691 with TLS.
   * @default none */
  monitoringNamespaces?: string[];
}

/** Certificate of a broker, and the name that clients verify. Without fields, `{}`, the component generates an authority
 * and a certificate, and the first `pulumi up` of each calendar year renews the certificate: docs/how-to/tls.md. */
export interface BrokerTls {
  /** Name of a Secret of type `kubernetes.io/tls` in the broker's namespace, with `tls.crt`, `tls.key`, and
   * `ca.crt`, as cert-manager creates it. A renewed certificate takes effect without a restart. Changing the name
   * restarts the nodes and then the workers, one by one.
   * @default a Secret with a generated certificate, `<name>-tls` */
  secretName?: pulumi.Input<string>;
  /** Host name in the certificate of `secretName`, required with it. Clients verify it instead of the host that they
   * connect to, which is generated. Changing it restarts the workers.
   * @default the Service's host, which a generated certificate contains */
  serverName?: string;
  /** CA certificates that sign the certificate of `secretName`, in PEM format: the content of `ca.crt`. `CeleryClient`
   * copies them to your own publishers. Include the old and the new ones while you replace the authority.
   * @default the generated authority; with `secretName`, not copied, so publishers mount `ca.crt` themselves */
  authority?: pulumi.Input<string>;
  /** Whether the broker nodes, and the command-line tools in their pods, encrypt their connections to each other and
   * verify each other's certificates (inter-node TLS, mutual). The certificate of `secretName` must then contain the
   * exact host name of every node, `<name>-<ordinal>.<name>-nodes.<namespace>.svc.<clusterDomain>`; a wildcard does not
   * count, and a node without its name does not start. Nodes with and without it cannot connect to each other, so a
   * change fails; docs/how-to/tls.md#between-broker-nodes describes the procedure, with a pause of some seconds.
   * @default false */
  interNode?: boolean;
}

/** Arguments that `RabbitMqCluster` shares with the broker of a `HaCelery`. */
export interface BrokerOptions extends Placement {
  /** Number of broker nodes, an odd number: 3 survives the loss of one, 5 of two, 1 of none. Raising it adds nodes,
   * and queues gain members there. Lowering it fails before anything is modified: several nodes would stop at the same
   * moment, and the rest would go on counting them for the majority. docs/how-to/grow-storage.md describes how to move
   * to a new cluster instead.
   * @default 3 */
  replicas?: number;
  /** The volume of each broker node. Kubernetes cannot change its size or class in place: a change fails before
   * anything is modified. docs/how-to/grow-storage.md describes the procedure.
   * @default 10Gi of the cluster's default class, retained */
  storage?: BrokerStorage;
  /** CPU and memory of each broker node, at least 512Mi of memory. 1Gi has room for a million queued tasks:
   * docs/decisions/broker-memory.md. Changing it restarts the nodes one by one.
   * @default a CPU request of 1, 2Gi of memory */
  compute?: Compute;
  /** Whether two broker nodes may share a Kubernetes node. With `preferred`, the loss of one Kubernetes node can
   * cost the majority.
   * @default `required` */
  spread?: Spread;
  /** Additional lines of rabbitmq.conf. They override the component's own settings. Changing one restarts the nodes
   * one by one.
   * @default none */
  config?: Record<string, string>;
  /** Plugins in addition to peer discovery, management, and prometheus. The image must contain them.
   * @default none */
  plugins?: string[];
  /** Virtual host of the application. Changing it starts with empty queues in the new one.
   * @default `celery` */
  vhost?: string;
  /** RabbitMQ user of the application. Its password is generated. It has all rights in the virtual host, except to
   * read, purge and delete `dead-letters`: docs/decisions/permissions.md.
   * @default `celery` */
  username?: string;
  /** Revision of the passwords of the application and of the user for dead letters. Raising it by one generates new
   * passwords, alternately for `<username>-2` and `<username>`, and for `dead-letters-2` and `dead-letters`. The
   * previous passwords work until the next change, so that no client is rejected. Restarts the nodes and then the
   * workers, one by one. Raise it by one at a time and never lower it: docs/how-to/rotate-password.md.
   * @default 0 */
  passwordRevision?: number;
  /** TLS for clients, the management API, and metrics; with `tls.interNode`, between nodes too.
   * Turning it on or off restarts the nodes and then the workers, one by one, and interrupts them for some seconds:
   * docs/how-to/tls.md.
   * @default none; connections are not encrypted */
  tls?: BrokerTls;
  /** Seconds after which the broker takes a task back from a consumer that has not acknowledged it. It must exceed
   * the longest task plus its wait in the worker; otherwise the task is redelivered repeatedly. `HaCelery`
   * computes it from the worker pools.
   * @default 14400 */
  consumerTimeoutSeconds?: number;
  /** Seconds that a stopping node has to wait until the others no longer need it, and to transfer its leaders. A tenth
   * of the time is for the transfer, and 60 s, at most four tenths, for the stop itself: the rest is for the wait.
   * @default 600, the time that cloud providers allow during node upgrades */
  gracePeriodSeconds?: number;
  /** Namespaces that may connect.
   * @default pods with the client labels in the broker's own namespace */
  access?: BrokerAccess;
  /** DNS domain of the Kubernetes cluster. Node names contain it, so a change fails because it would lose the cluster.
   * @default `cluster.local` */
  clusterDomain?: string;
  /** Whether to protect the StatefulSet, the credentials, and the namespace from `pulumi destroy` and replacement.
   * To destroy, set it to false and run `pulumi up` first. Pulumi's option `protect` of the component protects them,
   * too.
   * @default true */
  deletionProtection?: boolean;
  /** How long `pulumi up` waits for all nodes to become ready, for example `10m`.
   * @default `20m` */
  readyTimeout?: string;
  /** Functions that change the Kubernetes object of this component, for what no argument covers.
   * @default none */
  transform?: TransformedStatefulSet;
}

/** Arguments of `RabbitMqCluster`. */
export interface RabbitMqClusterArgs extends BrokerOptions {
  /** Namespace of every object. Changing it creates a new, empty cluster. */
  namespace: pulumi.Input<string>;
  /** Image of RabbitMQ 4.3 with the management plugin, by digest. Changing it restarts the nodes one by one. With
   * the image of docker/rabbitmq, a node in a minority also closes itself to clients, which would otherwise wait
   * there until the partition ends. If no node ever started because of a wrong image, correcting it is not enough:
   * Kubernetes replaces one pod and waits for it, while that pod waits for the others. Delete them: `kubectl
   * delete pod -l app.kubernetes.io/instance=NAME`. */
  image: pulumi.Input<string>;
}
