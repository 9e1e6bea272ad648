import type * as k8s from "@pulumi/kubernetes";
import { MIB, parseQuantity } from "../shared/quantity";
import { type ResolvedBroker, memoryWatermark } from "./resolve";
import { PORTS } from "./names";
import { ADVANCED_FILE, advancedConfig } from "./sockets";
import { tlsSettings } from "./tls";

export const CONFIG_DIR = "/etc/rabbitmq/conf.d";
export const CONFIG_FILE = "10-ha-celery.conf";
export const PLUGINS_FILE = "enabled_plugins";
export const DEFINITIONS_DIR = "/etc/rabbitmq-definitions";
export const DEFINITIONS_FILE = "definitions.json";

const PLUGINS = [
  // Of docker/rabbitmq. A node passes over a plugin that its image does not have.
  "ha_celery_pause_minority",
  "rabbitmq_management",
  "rabbitmq_peer_discovery_k8s",
  "rabbitmq_prometheus",
];

/** rabbitmq.conf, our settings in a fixed order, then those of the user's that are new, by name. */
export function rabbitmqConf(broker: ResolvedBroker): string {
  const defaults = defaultSettings(broker);
  const added = Object.keys(broker.config)
    .filter((key) => !(key in defaults))
    .sort();
  const merged = { ...defaults, ...broker.config };
  return [...Object.keys(defaults), ...added].map((key) => `${key} = ${merged[key] ?? ""}\n`).join("");
}

export function enabledPlugins(broker: ResolvedBroker): string {
  return `[${[...new Set([...PLUGINS, ...broker.plugins])].sort().join(",")}].\n`;
}

export function configMap(broker: ResolvedBroker): k8s.core.v1.ConfigMapArgs {
  return {
    metadata: { namespace: broker.namespace, labels: broker.labels },
    data: {
      [CONFIG_FILE]: rabbitmqConf(broker),
      [ADVANCED_FILE]: advancedConfig(broker),
      [PLUGINS_FILE]: enabledPlugins(broker),
    },
  };
}

function defaultSettings(broker: ResolvedBroker): Record<string, string> {
  const nodes = String(broker.replicas);
  const watermark = `${memoryWatermark(broker.compute.memory)}MiB`;
  return {
    cluster_name: broker.name,

    // Since RabbitMQ 4.1 the plugin asks the API server nothing: node 0 founds the cluster, the others join it; see prepare.ts.
    "cluster_formation.peer_discovery_backend": "k8s",
    // Queues of the definitions are created only once this many nodes run, else they would live on one node.
    "cluster_formation.target_cluster_size_hint": nodes,
    // Seconds until the others give up a node that fell silent. The default of 60 let clients hang for up to 67 s after the
    // power cut of a node; with 10 no client waited longer than 13 s. Lower values risk false alarms on slow networks.
    net_ticktime: "10",

    // A queue declared without a type would else be a classic one, on a single node.
    default_queue_type: "quorum",
    queue_leader_locator: "balanced",
    "quorum_queue.initial_cluster_size": nodes,
    // A queue declared while a node was away would else stay without a copy there for ever.
    "quorum_queue.continuous_membership_reconciliation.enabled": "true",
    "quorum_queue.continuous_membership_reconciliation.target_group_size": nodes,
    "quorum_queue.continuous_membership_reconciliation.interval": "60000",
    "quorum_queue.continuous_membership_reconciliation.trigger_interval": "10000",
    // About three of these files are held in memory; the default of 512 MiB each is meant for large machines. Each full one is
    // copied, but for what is done by then: with 128 MiB instead of 32, tasks of 1 kB went from 530 to 595 a second.
    "quorum_queue.wal_max_size_bytes": String(walSize(broker.compute.memory)),

    // Absolute: a relative limit may be taken of the machine's memory instead of the container's.
    "vm_memory_high_watermark.absolute": watermark,
    // A full disk stops a node for good, and what is in memory must still fit on it.
    "disk_free_limit.absolute": watermark,

    consumer_timeout: String(broker.consumerTimeoutSeconds * 1000),
    // How long tasks of a worker behind a lost node are held back for it. With the default of 60 s they lay idle for 54 s
    // after the power cut of a node, with 10 s for 8 s.
    consumer_disconnected_timeout: "10000",
    // Seconds; workers ask for a shorter one of their own.
    heartbeat: "30",

    "auth_mechanisms.1": "PLAIN",
    "auth_mechanisms.2": "AMQPLAIN",
    anonymous_login_user: "none",
    ...(broker.tls && tlsSettings()),

    "definitions.import_backend": "local_filesystem",
    "definitions.local.path": `${DEFINITIONS_DIR}/${DEFINITIONS_FILE}`,
    "definitions.skip_if_unchanged": "true",

    // Rates for the management page are counted with every message, in each channel and queue: with them the same workers finished
    // a fifth fewer tasks. Prometheus has the rates.
    "management.rates_mode": "none",

    "log.console": "true",
    // The root file system is read-only.
    "log.file": "false",
    "prometheus.tcp.port": String(PORTS.prometheus),
  };
}

/** Bytes: 128 MiB at a memory of 2 GiB, in proportion from 64 to 512 MiB. */
function walSize(memory = "2Gi"): number {
  const share = (parseQuantity(memory) ?? 0) / 16;
  return Math.round(Math.min(Math.max(share, 64 * MIB), 512 * MIB));
}
