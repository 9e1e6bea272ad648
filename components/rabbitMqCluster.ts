import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { configMap } from "./rabbitmq/configuration";
import {
  amqpUrl,
  clientSecret,
  credentialsSecret,
  MANAGEMENT_KEY,
  monitoringSecret,
  URL_KEY,
} from "./rabbitmq/credentials";
import { checksum, definitionsOf, definitionsSecret } from "./rabbitmq/definitions";
import { IGNORED, keepLasting } from "./rabbitmq/lasting";
import { networkPolicy } from "./rabbitmq/networkPolicy";
import { clientService, disruptionBudget, headlessService } from "./rabbitmq/services";
import { CLIENT_LABEL, MONITORING_USER, resolveBroker } from "./rabbitmq/settings";
import { statefulSet, timeouts } from "./rabbitmq/statefulSet";
import { trustOf } from "./rabbitmq/tls";
import { AppUser, GENERATED, passwordArgs, passwordName, usersOf } from "./rabbitmq/users";
import { brokerProblems } from "./rabbitmq/validation";
import { PartsOf } from "./shared/partsOf";
import { nameProblems, refuse, requireKubernetesProvider } from "./shared/validation";
import { BrokerConnection, Compute, OnDelete, Placement, Spread, Volume } from "./types";

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
   * cert-manager makes it. A renewed certificate is taken up without a restart: docs/tls.md. */
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
   * touched, and names the procedure in docs/grow-storage.md.
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
   * workers, one by one. Raise it by one at a time and never lower it: docs/rotate-password.md.
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

interface Parts {
  connection: BrokerConnection;
  statefulSet: k8s.apps.v1.StatefulSet;
}
const parts = new PartsOf<RabbitMqCluster, Parts>();

/**
 * A RabbitMQ cluster that survives the loss of any one of its nodes without losing a confirmed task: quorum queues, nodes on
 * different Kubernetes nodes, restarts one at a time and only while the others hold a majority.
 *
 * The component's name becomes the StatefulSet's name and part of each node's identity; renaming it starts an empty cluster.
 *
 * @example
 * ```ts
 * const broker = new RabbitMqCluster("tasks", { namespace: "jobs", image: image.ref }, { provider: cluster.provider });
 * new CeleryWorkers("mail", { namespace: "jobs", image: app.ref, app: "mail.tasks", broker: broker.connection }, { provider: cluster.provider });
 * ```
 */
export class RabbitMqCluster extends pulumi.ComponentResource {
  /** Host name for clients, reachable from every namespace of the Kubernetes cluster. */
  readonly host: pulumi.Output<string>;
  /** AMQP port for clients: 5672, with TLS 5671. */
  readonly port: pulumi.Output<number>;
  /** AMQP URL with user, password and virtual host. Secret. */
  readonly amqpUrl: pulumi.Output<string>;
  /** Name of the Secret for clients: `amqp-url`, `host`, `port`, `vhost`, `username`, `password`. */
  readonly amqpUrlSecretName: pulumi.Output<string>;
  /** Key of the AMQP URL in that Secret. */
  readonly amqpUrlSecretKey: pulumi.Output<string>;
  /** Name of the Secret with the Erlang cookie, by which the nodes know each other: `erlang-cookie`. */
  readonly credentialsSecretName: pulumi.Output<string>;
  /** Name of the Secret of the user that may only look: `management-url`, `username`, `password`. */
  readonly monitoringSecretName: pulumi.Output<string>;
  /** Name of the Service for clients: amqp 5672, management 15672, prometheus 15692; with TLS amqps 5671 and management-tls 15671
   * instead of the first two. */
  readonly serviceName: pulumi.Output<string>;
  /** Name of the headless Service by which the nodes find each other. */
  readonly headlessServiceName: pulumi.Output<string>;
  /** Name of the StatefulSet; its pods are `<name>-0` and so on. */
  readonly statefulSetName: pulumi.Output<string>;
  /** Virtual host of the application. */
  readonly vhost: pulumi.Output<string>;
  /** RabbitMQ user of the application whose password is in the AMQP URL. */
  readonly username: pulumi.Output<string>;
  /** RabbitMQ user that may only look: for metrics, autoscalers and the command line. */
  readonly monitoringUsername: pulumi.Output<string>;

  /**
   * @param name DNS label of at most 40 characters; unique in the namespace.
   * @param args See `RabbitMqClusterArgs`.
   * @param opts Must give a Kubernetes provider, directly or through a parent.
   * @throws ResourceError that names every problem of `args` at once.
   */
  constructor(name: string, args: RabbitMqClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-celery:index:RabbitMqCluster", name, args, opts);
    requireKubernetesProvider(this, "RabbitMqCluster", name);
    refuse(this, "RabbitMqCluster", name, [...nameProblems("name", name), ...brokerProblems(args)]);
    const broker = resolveBroker(name, args);
    const keep = { parent: this, protect: broker.deletionProtection };
    const child = { parent: this };

    const cookie = new random.RandomPassword(`${name}-cookie`, GENERATED, keep).result;
    const monitoring = {
      name: MONITORING_USER,
      password: new random.RandomPassword(`${name}-monitoring-password`, GENERATED, keep).result,
    };
    const login = (user: AppUser) => ({
      name: user.name,
      // Not protected: another revision replaces it.
      password: new random.RandomPassword(`${name}-${passwordName(user)}`, passwordArgs(user), child).result,
    });
    const [active, ...former] = usersOf(broker.username, broker.passwordRevision);
    const application = login(active);
    const credentials = new k8s.core.v1.Secret(`${name}-credentials`, credentialsSecret(broker, cookie), {
      ...keep,
      // One that an older version made has more keys; replacing it would do no good.
      ignoreChanges: ["stringData"],
    });
    const logins = pulumi.output({ application: [application, ...former.map(login)], monitoring });
    const definitions = definitionsOf(broker, logins);
    const definitionsFile = new k8s.core.v1.Secret(
      `${name}-definitions`,
      definitionsSecret(broker, definitions),
      child,
    );
    const configuration = new k8s.core.v1.ConfigMap(`${name}-config`, configMap(broker), child);
    const peers = new k8s.core.v1.Service(`${name}-nodes`, headlessService(broker), child);
    const service = new k8s.core.v1.Service(`${name}-client`, clientService(broker), child);
    new k8s.networking.v1.NetworkPolicy(`${name}-access`, networkPolicy(broker), child);
    new k8s.policy.v1.PodDisruptionBudget(`${name}-budget`, disruptionBudget(broker), child);
    const set = new k8s.apps.v1.StatefulSet(
      `${name}-set`,
      statefulSet(broker, {
        configMapName: configuration.metadata.name,
        definitionsSecretName: definitionsFile.metadata.name,
        credentialsSecretName: credentials.metadata.name,
        checksum: checksum(broker, definitions),
      }),
      {
        ...keep,
        dependsOn: peers,
        customTimeouts: timeouts(broker),
        ignoreChanges: IGNORED,
        hooks: keepLasting(name),
      },
    );

    const host = pulumi.interpolate`${service.metadata.name}.${broker.namespace}.svc`;
    const account = { ...application, host };
    const url = amqpUrl(broker, account);
    // Whoever uses the URL starts after the nodes are ready and know the user, and is gone before they stop.
    const afterNodes = { ...child, dependsOn: set };
    const clients = new k8s.core.v1.Secret(`${name}-client`, clientSecret(broker, account, url), afterNodes);
    const watchers = new k8s.core.v1.Secret(
      `${name}-monitoring`,
      monitoringSecret(broker, { ...monitoring, host }),
      afterNodes,
    );

    this.host = host;
    this.port = pulumi.output(broker.amqp.port);
    this.amqpUrl = url;
    this.amqpUrlSecretName = clients.metadata.name;
    this.amqpUrlSecretKey = pulumi.output(URL_KEY);
    this.credentialsSecretName = credentials.metadata.name;
    this.monitoringSecretName = watchers.metadata.name;
    this.serviceName = service.metadata.name;
    this.headlessServiceName = peers.metadata.name;
    this.statefulSetName = set.metadata.name;
    this.vhost = pulumi.output(broker.vhost);
    this.username = pulumi.output(application.name);
    this.monitoringUsername = pulumi.output(MONITORING_USER);
    parts.set(this, {
      statefulSet: set,
      connection: {
        secretName: this.amqpUrlSecretName,
        key: this.amqpUrlSecretKey,
        clientLabels: { [CLIENT_LABEL]: name },
        trust: trustOf(broker.tls),
        management: { secretName: this.monitoringSecretName, key: pulumi.output(MANAGEMENT_KEY) },
      },
    });
    this.registerOutputs({
      host: this.host,
      port: this.port,
      amqpUrl: this.amqpUrl,
      amqpUrlSecretName: this.amqpUrlSecretName,
      amqpUrlSecretKey: this.amqpUrlSecretKey,
      credentialsSecretName: this.credentialsSecretName,
      monitoringSecretName: this.monitoringSecretName,
      serviceName: this.serviceName,
      headlessServiceName: this.headlessServiceName,
      statefulSetName: this.statefulSetName,
      vhost: this.vhost,
      username: this.username,
      monitoringUsername: this.monitoringUsername,
    });
  }

  /** What workers and jobs need to use this broker. */
  get connection(): BrokerConnection {
    return parts.of(this).connection;
  }

  /** The StatefulSet of the nodes. */
  get statefulSet(): k8s.apps.v1.StatefulSet {
    return parts.of(this).statefulSet;
  }
}
