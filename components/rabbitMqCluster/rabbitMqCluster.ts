import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  createCertificate,
  createClientAccess,
  createConfiguration,
  createFoundedMarker,
  createNodes,
  createPasswords,
  createPolicies,
  createServices,
} from "./children";
import { CLIENT_LABEL, MANAGEMENT_KEY, MONITORING_USER, URL_KEY } from "./names";
import { resolveBroker } from "./resolve";
import { trustOf } from "./tls";
import { RABBITMQ_CLUSTER } from "./validation";
import { outputsOf, requireKubernetesProvider, validate } from "../shared/component";
import { warnOfShortDrain } from "../shared/nodeDrain";
import { PartsOf } from "../shared/partsOf";
import type { BrokerConnection, BrokerTrust } from "../types";
import type { RabbitMqClusterArgs } from "./args";

interface Parts {
  statefulSet: k8s.apps.v1.StatefulSet;
  clientLabels: Record<string, string>;
  trust: BrokerTrust | undefined;
}
const parts = new PartsOf<RabbitMqCluster, Parts>();

/**
 * A RabbitMQ cluster that loses no confirmed task when any one of its nodes is lost. It uses quorum queues, runs
 * its nodes on different Kubernetes nodes, and restarts them one at a time, only while the others have a majority.
 *
 * The component's name is the StatefulSet's name and part of each node's identity; renaming it starts an empty
 * cluster.
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
  /** AMQP port for clients: 5672, or 5671 with TLS. */
  readonly port: pulumi.Output<number>;
  /** AMQP URL with user, password and virtual host. Secret. */
  readonly amqpUrl: pulumi.Output<string>;
  /** Name of the Secret for clients: `amqp-url`, `host`, `port`, `vhost`, `username`, `password`. */
  readonly amqpUrlSecretName: pulumi.Output<string>;
  /** Key of the AMQP URL in that Secret. */
  readonly amqpUrlSecretKey: pulumi.Output<string>;
  /** Name of the Secret with the Erlang cookie, which authenticates the nodes to each other: `erlang-cookie`. */
  readonly credentialsSecretName: pulumi.Output<string>;
  /** Name of the Secret of the read-only user: `management-url`, `username`, `password`. */
  readonly monitoringSecretName: pulumi.Output<string>;
  /** Name of the Secret of the user that may read dead letters and publish them again: `amqp-url`, `host`, `port`,
   * `vhost`, `username`, `password`. For people and maintenance commands; workers and services do not need it. */
  readonly deadLettersSecretName: pulumi.Output<string>;
  /** Name of the Service for clients: amqp 5672, management 15672, prometheus 15692; with TLS, amqps 5671,
   * management-tls 15671, prometheus-tls 15691 instead. It has all six ports, but a port without a node behind it
   * refuses connections. */
  readonly serviceName: pulumi.Output<string>;
  /** Name of the headless Service with which the nodes find each other. */
  readonly headlessServiceName: pulumi.Output<string>;
  /** Name of the StatefulSet; its pods are `<name>-0` and so on. */
  readonly statefulSetName: pulumi.Output<string>;
  /** Virtual host of the application. */
  readonly vhost: pulumi.Output<string>;
  /** RabbitMQ user of the application whose password is in the AMQP URL. */
  readonly username: pulumi.Output<string>;
  /** Read-only RabbitMQ user, for metrics, autoscalers, and the command line. */
  readonly monitoringUsername: pulumi.Output<string>;

  /**
   * @param name DNS label of at most 40 characters; unique in the namespace.
   * @param args See `RabbitMqClusterArgs`.
   * @param opts Requires a Kubernetes provider, directly or through a parent.
   * @throws ResourceError that lists every problem of `args`.
   */
  constructor(name: string, args: RabbitMqClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-celery:index:RabbitMqCluster", name, args, opts);
    requireKubernetesProvider(this, name);
    validate(this, name, args, RABBITMQ_CLUSTER);
    const broker = resolveBroker(name, args);
    warnOfShortDrain(this, name, {
      argument: "gracePeriodSeconds",
      seconds: broker.gracePeriodSeconds,
      consequence: "A broker that takes longer is killed. Lower gracePeriodSeconds.",
    });

    const passwords = createPasswords(this, broker);
    const services = createServices(this, broker);
    const certificate = createCertificate(this, broker, services.host);
    const sources = createConfiguration(this, broker, passwords, certificate);
    createPolicies(this, broker);
    const nodes = createNodes(this, broker, sources, services);
    createFoundedMarker(this, broker, nodes);
    const access = createClientAccess(this, broker, passwords, services.host, nodes);

    this.host = services.host;
    this.port = pulumi.output(broker.amqp.port);
    this.amqpUrl = access.url;
    this.amqpUrlSecretName = access.clientSecret.metadata.name;
    this.amqpUrlSecretKey = pulumi.output(URL_KEY);
    this.credentialsSecretName = pulumi.output(sources.credentialsSecretName);
    this.monitoringSecretName = access.monitoringSecret.metadata.name;
    this.deadLettersSecretName = access.deadLettersSecret.metadata.name;
    this.serviceName = services.clients.metadata.name;
    this.headlessServiceName = services.peers.metadata.name;
    this.statefulSetName = nodes.metadata.name;
    this.vhost = pulumi.output(broker.vhost);
    this.username = pulumi.output(passwords.application.active.name);
    this.monitoringUsername = pulumi.output(MONITORING_USER);
    this.registerOutputs(outputsOf(this));
    parts.set(this, {
      statefulSet: nodes,
      trust: trustOf(certificate),
      clientLabels: { [CLIENT_LABEL]: name },
    });
  }

  /** What workers and jobs need to connect to this broker. */
  get connection(): BrokerConnection {
    const { trust, clientLabels } = parts.of(this);
    return {
      secretName: this.amqpUrlSecretName,
      key: this.amqpUrlSecretKey,
      clientLabels,
      trust,
      management: { secretName: this.monitoringSecretName, key: pulumi.output(MANAGEMENT_KEY) },
    };
  }

  /** The StatefulSet of the nodes. */
  get statefulSet(): k8s.apps.v1.StatefulSet {
    return parts.of(this).statefulSet;
  }
}
