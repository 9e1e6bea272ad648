import type * as pulumi from "@pulumi/pulumi";
import type { BrokerAccess, BrokerStorage, BrokerTls, RabbitMqClusterArgs } from "./args";
import { computeOf } from "../shared/compute";
import { omitUndefined } from "../shared/omitUndefined";
import { type Identity, identityOf } from "../shared/labels";
import { MIB, parseQuantity } from "../shared/quantity";
import { type Compute, type Placement, OnDelete, Spread } from "../types";
import type { TransformedStatefulSet } from "../transform/args";
import { type Endpoint, AMQP, AMQPS, MANAGEMENT, MANAGEMENT_TLS, METRICS, METRICS_TLS } from "./names";

/** Arguments of a broker with all defaults. */
export interface ResolvedBroker extends Placement, Identity {
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
  isInterNodeTls: boolean;
  amqp: Endpoint;
  management: Endpoint;
  metrics: Endpoint;
  consumerTimeoutSeconds: number;
  gracePeriodSeconds: number;
  access: BrokerAccess;
  clusterDomain: string;
  deletionProtection: boolean;
  readyTimeout: string;
  transform: TransformedStatefulSet;
}

export const DEFAULT_MEMORY = "2Gi";
export const DEFAULT_STORAGE = "10Gi";

export function resolveBroker(name: string, args: RabbitMqClusterArgs): ResolvedBroker {
  return {
    namespace: args.namespace,
    image: args.image,
    replicas: args.replicas ?? 3,
    storage: { size: DEFAULT_STORAGE, onDelete: OnDelete.Retain, ...omitUndefined(args.storage) },
    compute: computeOf({ cpu: "1", memory: DEFAULT_MEMORY }, args.compute),
    spread: args.spread ?? Spread.Required,
    config: args.config ?? {},
    plugins: args.plugins ?? [],
    vhost: args.vhost ?? "celery",
    username: args.username ?? "celery",
    passwordRevision: args.passwordRevision ?? 0,
    tls: args.tls,
    isInterNodeTls: args.tls?.interNode ?? false,
    amqp: args.tls ? AMQPS : AMQP,
    management: args.tls ? MANAGEMENT_TLS : MANAGEMENT,
    metrics: args.tls ? METRICS_TLS : METRICS,
    consumerTimeoutSeconds: args.consumerTimeoutSeconds ?? 14400,
    gracePeriodSeconds: args.gracePeriodSeconds ?? 600,
    access: args.access ?? {},
    clusterDomain: args.clusterDomain ?? "cluster.local",
    deletionProtection: args.deletionProtection ?? true,
    readyTimeout: args.readyTimeout ?? "20m",
    transform: args.transform ?? {},
    nodeSelector: args.nodeSelector,
    tolerations: args.tolerations,
    priorityClassName: args.priorityClassName,
    ...identityOf("rabbitmq", name, "broker"),
  };
}

/** Memory in MiB at which publishers are blocked: 60 % of the limit. The rest is room for messages in transit. */
export function memoryWatermark(memory = DEFAULT_MEMORY): number {
  return Math.floor(((parseQuantity(memory) ?? 0) * 0.6) / MIB);
}

/** Size of a file of the write-ahead log in bytes: a sixteenth of the memory, between 64 and 512 MiB. */
export function walSize(memory = DEFAULT_MEMORY): number {
  const share = (parseQuantity(memory) ?? 0) / 16;
  return Math.round(Math.min(Math.max(share, 64 * MIB), 512 * MIB));
}
