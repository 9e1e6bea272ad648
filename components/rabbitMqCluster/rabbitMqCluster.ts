import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { configMap } from "./configuration";
import {
  amqpUrl,
  clientSecret,
  credentialsSecret,
  MANAGEMENT_KEY,
  monitoringSecret,
  URL_KEY,
} from "./credentials";
import { checksum, definitionsOf, definitionsSecret } from "./definitions";
import { IGNORED_CHANGES, rejectImmutableChanges } from "./immutableFields";
import { networkPolicy } from "./networkPolicy";
import { clientService, disruptionBudget, headlessService } from "./services";
import { resolveBroker } from "./resolve";
import { CLIENT_LABEL, MONITORING_USER } from "./names";
import { statefulSet, timeouts } from "./statefulSet";
import { trustOf } from "./tls";
import { type AppUser, GENERATED, passwordArgs, passwordName, usersOf } from "./users";
import { brokerProblems } from "./validation";
import { PartsOf } from "../shared/partsOf";
import { nameProblems, refuse, requireKubernetesProvider } from "../shared/validation";
import type { BrokerConnection } from "../types";
import type { RabbitMqClusterArgs } from "./args";

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
        ignoreChanges: IGNORED_CHANGES,
        hooks: rejectImmutableChanges(name),
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
