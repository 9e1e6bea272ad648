import * as pulumi from "@pulumi/pulumi";
import { BrokerAccess, BrokerStorage, BrokerTls, RabbitMqClusterArgs } from "../rabbitMqCluster";
import { defined } from "../shared/defined";
import { Labels, labelsOf, selectorOf } from "../shared/labels";
import { MIB, parseQuantity } from "../shared/quantity";
import { Compute, OnDelete, Placement, Spread } from "../types";

export const PORTS = { prometheus: 15692, epmd: 4369, distribution: 25672 } as const;

/** A port that clients use. */
export interface Endpoint {
  /** Of the container's and the Service's port. */
  name: string;
  port: number;
  /** Of a URL. */
  scheme: string;
}

/** Without certificates, and with: never both, since what is open is used. */
export const AMQP: Endpoint = { name: "amqp", port: 5672, scheme: "amqp" };
export const AMQPS: Endpoint = { name: "amqps", port: 5671, scheme: "amqps" };
export const MANAGEMENT: Endpoint = { name: "management", port: 15672, scheme: "http" };
export const MANAGEMENT_TLS: Endpoint = { name: "management-tls", port: 15671, scheme: "https" };

/** The application's tasks that no worker could do end up here. */
export const DEAD_LETTERS = "dead-letters";

export const MONITORING_USER = "monitoring";

/** Carried by every pod that may connect; the value is the broker's name. */
export const CLIENT_LABEL = "ha-celery/broker";

/** A pod with this label set, to whatever, stops without waiting for its peers: for taking the whole cluster down. */
export const SKIP_WAIT_LABEL = "ha-celery/skip-quorum-wait";

/** On the StatefulSet, "true" when its deletion is protected: drills then want more consent. */
export const PROTECTION_ANNOTATION = "ha-celery/deletion-protection";

/** A broker with every default filled in. */
export interface Broker extends Placement {
  name: string;
  namespace: pulumi.Input<string>;
  image: pulumi.Input<string>;
  replicas: number;
  storage: BrokerStorage;
  compute: Compute;
  spread: Spread;
  config: Record<string, string>;
  plugins: string[];
  vhost: string;
  username: string;
  passwordRevision: number;
  tls: BrokerTls | undefined;
  amqp: Endpoint;
  management: Endpoint;
  consumerTimeoutSeconds: number;
  gracePeriodSeconds: number;
  access: BrokerAccess;
  clusterDomain: string;
  deletionProtection: boolean;
  readyTimeout: string;
  labels: Labels;
  selector: Record<string, string>;
}

export const DEFAULT_MEMORY = "2Gi";
export const DEFAULT_STORAGE = "10Gi";

export function resolveBroker(name: string, args: RabbitMqClusterArgs): Broker {
  const labels = labelsOf("rabbitmq", name, "broker");
  return {
    name,
    namespace: args.namespace,
    image: args.image,
    replicas: args.replicas ?? 3,
    storage: { size: DEFAULT_STORAGE, onDelete: OnDelete.Retain, ...defined(args.storage) },
    compute: { cpu: "1", memory: DEFAULT_MEMORY, ...defined(args.compute) },
    spread: args.spread ?? Spread.Required,
    config: args.config ?? {},
    plugins: args.plugins ?? [],
    vhost: args.vhost ?? "celery",
    username: args.username ?? "celery",
    passwordRevision: args.passwordRevision ?? 0,
    tls: args.tls,
    amqp: args.tls ? AMQPS : AMQP,
    management: args.tls ? MANAGEMENT_TLS : MANAGEMENT,
    consumerTimeoutSeconds: args.consumerTimeoutSeconds ?? 14400,
    gracePeriodSeconds: args.gracePeriodSeconds ?? 600,
    access: args.access ?? {},
    clusterDomain: args.clusterDomain ?? "cluster.local",
    deletionProtection: args.deletionProtection ?? true,
    readyTimeout: args.readyTimeout ?? "20m",
    nodeSelector: args.nodeSelector,
    tolerations: args.tolerations,
    priorityClassName: args.priorityClassName,
    labels,
    selector: selectorOf(labels),
  };
}

/** Memory in MiB at which publishers have to wait: 60 % of the limit, the rest is room for what is already on its way. */
export function memoryWatermark(memory = DEFAULT_MEMORY): number {
  return Math.floor(((parseQuantity(memory) ?? 0) * 0.6) / MIB);
}
