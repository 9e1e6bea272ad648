import type * as k8s from "@pulumi/kubernetes";
import { INTER_NODE_FILE, interNodeOptions } from "./interNode";
import { type ResolvedBroker, memoryWatermark, walSize } from "./resolve";
import { ADVANCED_FILE, advancedConfig } from "./sockets";
import { tlsSettings } from "./tls";

export const CONFIG_DIR = "/etc/rabbitmq/conf.d";
export const CONFIG_FILE = "10-ha-celery.conf";
export const PLUGINS_FILE = "enabled_plugins";
export const DEFINITIONS_DIR = "/etc/rabbitmq-definitions";
export const DEFINITIONS_FILE = "definitions.json";

const PLUGINS = [
  // Part of docker/rabbitmq. A node ignores a plugin that its image does not contain.
  "ha_celery_balance_leaders",
  "ha_celery_dead_letters",
  "ha_celery_detect_lost_nodes",
  "ha_celery_drills",
  "ha_celery_force_checkpoints",
  "ha_celery_node_metrics",
  "ha_celery_pause_minority",
  "ha_celery_start_members",
  "rabbitmq_management",
  "rabbitmq_peer_discovery_k8s",
  "rabbitmq_prometheus",
];

/** rabbitmq.conf: our settings in a fixed order, followed by the user's additional keys, sorted. */
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
    data: configFiles(broker),
  };
}

/** Files that a node reads only when it starts. */
export function configFiles(broker: ResolvedBroker): Record<string, string> {
  return {
    [CONFIG_FILE]: rabbitmqConf(broker),
    [ADVANCED_FILE]: advancedConfig(),
    [PLUGINS_FILE]: enabledPlugins(broker),
    ...(broker.isInterNodeTls && { [INTER_NODE_FILE]: interNodeOptions() }),
  };
}

function defaultSettings(broker: ResolvedBroker): Record<string, string> {
  const nodes = String(broker.replicas);
  const watermark = `${memoryWatermark(broker.compute.memory)}MiB`;
  return {
    cluster_name: broker.name,

    // Since RabbitMQ 4.1 the plugin does not query the API server: node 0 founds the cluster, the others join it;
    // see prepare.ts.
    "cluster_formation.peer_discovery_backend": "k8s",
    // Queues in the definitions are created only once this many nodes run; otherwise they would have one member.
    "cluster_formation.target_cluster_size_hint": nodes,
    // Seconds until the others consider a silent node down. With the default of 60, clients hung for up to 67 s
    // after a node lost power; with 10, for at most 13 s. Lower values risk false alarms on slow networks.
    net_ticktime: "10",

    // Otherwise, a queue declared without a type would be a classic queue on a single node.
    default_queue_type: "quorum",
    queue_leader_locator: "balanced",
    "quorum_queue.initial_cluster_size": nodes,
    // Otherwise, a queue declared while a node is down would never get a member there.
    "quorum_queue.continuous_membership_reconciliation.enabled": "true",
    "quorum_queue.continuous_membership_reconciliation.target_group_size": nodes,
    "quorum_queue.continuous_membership_reconciliation.interval": "60000",
    "quorum_queue.continuous_membership_reconciliation.trigger_interval": "10000",
    // About three of these files are kept in memory; the default of 512 MiB is for large machines. Messages that
    // are still queued when a file is full are copied: with 128 MiB instead of 32, the rate of 1 kB tasks rose from
    // 530 to 595 per second.
    "quorum_queue.wal_max_size_bytes": String(walSize(broker.compute.memory)),

    // Absolute, because a relative limit may refer to the machine's memory instead of the container's.
    "vm_memory_high_watermark.absolute": watermark,
    // A full disk stops a node permanently, and the contents of its memory must still fit.
    "disk_free_limit.absolute": watermark,

    consumer_timeout: String(broker.consumerTimeoutSeconds * 1000),
    // How long tasks wait for a worker that was connected to a lost node; 60 s by default.
    consumer_disconnected_timeout: "2000",
    // Seconds. Workers request a shorter one.
    heartbeat: "30",

    "auth_mechanisms.1": "PLAIN",
    "auth_mechanisms.2": "AMQPLAIN",
    anonymous_login_user: "none",
    ...(broker.tls && tlsSettings()),

    "definitions.import_backend": "local_filesystem",
    "definitions.local.path": `${DEFINITIONS_DIR}/${DEFINITIONS_FILE}`,
    "definitions.skip_if_unchanged": "true",

    // The management page computes rates per message in each channel and queue, which cost a fifth of the
    // throughput. Prometheus provides the rates.
    "management.rates_mode": "none",

    "log.console": "true",
    // The root file system is read-only.
    "log.file": "false",
    ...(!broker.tls && { "prometheus.tcp.port": String(broker.metrics.port) }),
  };
}
