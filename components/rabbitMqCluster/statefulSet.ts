import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { claimSpec } from "../shared/claims";
import { CONTAINER_SECURITY, placement, podSecurity, resources, spreadOut } from "../shared/pods";
import { OnDelete } from "../types";
import { CONFIG_DIR, DEFINITIONS_DIR, PLUGINS_FILE } from "./configuration";
import { COOKIE_KEY } from "./credentials";
import { foundedName } from "./founded";
import { immutableFieldAnnotations } from "./immutableFields";
import { serverEnvironment, toolsEnvironment } from "./interNode";
import { preStopScript } from "./preStop";
import { POD_INFO_MOUNT, podInfoVolume } from "./podInfo";
import { PREPARE_DIRS, prepareScript, seedFile } from "./prepare";
import { headlessName, hostOf } from "./services";
import type { BuiltStatefulSet } from "../transform/args";
import type { ResolvedBroker } from "./resolve";
import { BROKER_CONTAINER, PORTS, PREPARE, PROTECTION_ANNOTATION } from "./names";
import { ADVANCED_FILE, MAJORITY_WAIT_SECONDS } from "./sockets";
import { TLS_DIR, tlsVolumes, TLS_VOLUME } from "./tls";

type Container = k8s.types.input.core.v1.Container;
type PodSpec = k8s.types.input.core.v1.PodSpec;

/** The user `rabbitmq` of the official image. */
const USER = 999;
const HOME = "/var/lib/rabbitmq";
const STARTUP_PERIOD_SECONDS = 3;
/** Of the startup probe: time in which a node that has a majority reads its queues and serves. */
const READ_QUEUES_SECONDS = 300;

const CONFIG_MOUNT = { name: "config", mountPath: CONFIG_DIR, readOnly: true };
const TLS_MOUNT = { name: TLS_VOLUME, mountPath: TLS_DIR, readOnly: true };

/** Names of the objects that the pods mount. */
export interface BrokerSources {
  configMapName: pulumi.Input<string>;
  definitionsSecretName: pulumi.Input<string>;
  credentialsSecretName: pulumi.Input<string>;
  /** The Secret of the certificate.
   * @default no TLS */
  certificateSecretName?: pulumi.Input<string>;
  /** Checksum of the configuration; a change restarts the nodes one by one. */
  checksum: pulumi.Input<string>;
}

export function statefulSet(broker: ResolvedBroker, sources: BrokerSources): BuiltStatefulSet {
  return {
    // Not generated, because a replaced StatefulSet with a new name would start an empty cluster beside the old
    // volumes.
    metadata: {
      name: broker.name,
      namespace: broker.namespace,
      labels: broker.labels,
      annotations: {
        ...immutableFieldAnnotations(broker),
        ...(broker.deletionProtection && { [PROTECTION_ANNOTATION]: "true" }),
      },
    },
    spec: {
      replicas: broker.replicas,
      serviceName: headlessName(broker),
      // OrderedReady never recovers after all nodes have stopped, because the first waits for a majority.
      podManagementPolicy: "Parallel",
      updateStrategy: { type: "RollingUpdate" },
      // Lets queues catch up on a restarted node before the next one stops.
      minReadySeconds: 15,
      selector: { matchLabels: broker.selector },
      persistentVolumeClaimRetentionPolicy: {
        whenDeleted: broker.storage.onDelete === OnDelete.Delete ? "Delete" : "Retain",
        whenScaled: "Retain",
      },
      template: {
        metadata: {
          labels: broker.labels,
          annotations: {
            "ha-celery/checksum": sources.checksum,
            "prometheus.io/scrape": "true",
            "prometheus.io/port": String(broker.metrics.port),
            ...(broker.tls && { "prometheus.io/scheme": broker.metrics.scheme }),
          },
        },
        spec: podSpec(broker, sources),
      },
      volumeClaimTemplates: [
        {
          metadata: { name: "data", labels: broker.selector },
          spec: claimSpec(broker.storage),
        },
      ],
    },
  };
}

/** Deletion has to wait for the nodes' grace period. */
export function timeouts(broker: ResolvedBroker): pulumi.CustomTimeouts {
  return {
    create: broker.readyTimeout,
    update: broker.readyTimeout,
    delete: `${broker.gracePeriodSeconds + 300}s`,
  };
}

function podSpec(broker: ResolvedBroker, sources: BrokerSources): PodSpec {
  return {
    // RabbitMQ would read the variables of a Service named rabbitmq-node as its own settings.
    enableServiceLinks: false,
    automountServiceAccountToken: false,
    securityContext: podSecurity(USER),
    terminationGracePeriodSeconds: broker.gracePeriodSeconds,
    ...spreadOut(broker.spread, broker.selector),
    ...placement(broker),
    initContainers: [prepareContainer(broker)],
    containers: [brokerContainer(broker)],
    volumes: [
      { name: "home", emptyDir: {} },
      { name: "tmp", emptyDir: {} },
      { name: "config", configMap: { name: sources.configMapName } },
      { name: "definitions", secret: { secretName: sources.definitionsSecretName } },
      ...tlsVolumes(sources.certificateSecretName),
      {
        name: "cookie",
        secret: { secretName: sources.credentialsSecretName, items: [{ key: COOKIE_KEY, path: COOKIE_KEY }] },
      },
      { name: "founded", configMap: { name: foundedName(broker), optional: true } },
      podInfoVolume(),
    ],
  };
}

function prepareContainer(broker: ResolvedBroker): Container {
  return {
    name: PREPARE,
    image: broker.image,
    imagePullPolicy: "IfNotPresent",
    command: ["sh", "-c", prepareScript(broker, HOME)],
    env: nodeEnvironment(broker),
    resources: resources(broker.compute),
    securityContext: CONTAINER_SECURITY,
    terminationMessagePolicy: "FallbackToLogsOnError",
    volumeMounts: [
      { name: "cookie", mountPath: PREPARE_DIRS.cookie, readOnly: true },
      { name: "founded", mountPath: PREPARE_DIRS.founded, readOnly: true },
      POD_INFO_MOUNT,
      { name: "home", mountPath: HOME },
      { name: "data", mountPath: `${HOME}/mnesia`, readOnly: true },
      { name: "tmp", mountPath: "/tmp" },
      ...(broker.isInterNodeTls ? [CONFIG_MOUNT, TLS_MOUNT] : []),
    ],
  };
}

function brokerContainer(broker: ResolvedBroker): Container {
  return {
    name: BROKER_CONTAINER,
    image: broker.image,
    imagePullPolicy: "IfNotPresent",
    env: [
      ...nodeEnvironment(broker),
      ...serverEnvironment(broker, CONFIG_DIR),
      { name: "RABBITMQ_CONFIG_FILE", value: seedFile(HOME) },
      { name: "RABBITMQ_ADVANCED_CONFIG_FILE", value: `${CONFIG_DIR}/${ADVANCED_FILE}` },
      { name: "RABBITMQ_ENABLED_PLUGINS_FILE", value: `${CONFIG_DIR}/${PLUGINS_FILE}` },
      // Erlang sizes a table by the limit of open files, which some container runtimes set to a billion.
      { name: "ERL_MAX_PORTS", value: "65536" },
    ],
    ports: [
      ...[broker.amqp, broker.management, broker.metrics].map(({ name, port }) => ({
        name,
        containerPort: port,
      })),
      { name: "epmd", containerPort: PORTS.epmd },
      { name: "distribution", containerPort: PORTS.distribution },
    ],
    resources: resources(broker.compute),
    securityContext: CONTAINER_SECURITY,
    // The check does not cover the whole cluster: otherwise no node could restart while another is lost.
    startupProbe: {
      httpGet: {
        path: "/api/health/checks/ready-to-serve-clients",
        port: broker.management.name,
        ...(broker.tls && { scheme: "HTTPS" }),
      },
      periodSeconds: STARTUP_PERIOD_SECONDS,
      timeoutSeconds: 5,
      failureThreshold: (MAJORITY_WAIT_SECONDS + READ_QUEUES_SECONDS) / STARTUP_PERIOD_SECONDS,
    },
    // AMQP opens last and closes first. The command-line tools would start an Erlang VM each time.
    readinessProbe: {
      tcpSocket: { port: broker.amqp.name },
      periodSeconds: 5,
      timeoutSeconds: 3,
      failureThreshold: 3,
    },
    // No liveness probe, because it would kill nodes that legitimately wait for their peers.
    lifecycle: { preStop: { exec: { command: ["sh", "-c", preStopScript(broker)] } } },
    volumeMounts: [
      { name: "home", mountPath: HOME },
      { name: "data", mountPath: `${HOME}/mnesia` },
      { name: "tmp", mountPath: "/tmp" },
      CONFIG_MOUNT,
      { name: "definitions", mountPath: DEFINITIONS_DIR, readOnly: true },
      ...(broker.tls ? [TLS_MOUNT] : []),
      POD_INFO_MOUNT,
    ],
  };
}

/** Identity of the node, for RabbitMQ and its command-line tools. */
function nodeEnvironment(broker: ResolvedBroker): k8s.types.input.core.v1.EnvVar[] {
  return [
    // First, because the node's name refers to them.
    { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
    { name: "POD_NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } },
    { name: "RABBITMQ_USE_LONGNAME", value: "true" },
    {
      name: "RABBITMQ_NODENAME",
      value: `rabbit@${hostOf(broker, "$(POD_NAME)", "$(POD_NAMESPACE)")}`,
    },
    { name: "HOME", value: HOME },
    ...toolsEnvironment(broker, CONFIG_DIR),
  ];
}
