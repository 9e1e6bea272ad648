import { type Check, quote } from "../shared/checks";

/** Lines of rabbitmq.conf that would undo what the component relies on. */
interface Guard {
  readonly keys: RegExp;
  /** Values that are harmless.
   * @default none */
  readonly harmless?: RegExp;
  /** The reason and the fix, after "config has KEY = VALUE, but". */
  readonly why: string;
}

const ON = /^(true|on)$/;
const OFF = /^(false|off)$/;

const GUARDS: readonly Guard[] = [
  {
    keys: /^cluster_partition_handling$/,
    why: "RabbitMQ 4.3 ignores it. A plugin in our image closes a node in a minority to clients. Remove it",
  },
  {
    keys: /^queue_master_locator$/,
    why: "it applied to mirrored queues, which no longer exist. Use queue_leader_locator",
  },
  {
    keys: /^cluster_formation\.(?!discovery_retry_)/,
    why: "the nodes find each other by their StatefulSet names, and a wrong answer founds a second cluster. Remove it",
  },
  { keys: /^definitions\./, why: "the component imports its own definitions. Remove it" },
  {
    keys: /^default_queue_type$/,
    harmless: /^quorum$/,
    why: "other types keep their tasks on one node, which may be lost. Remove it",
  },
  {
    keys: /^quorum_queue\.(initial_cluster_size|continuous_membership_reconciliation\.target_group_size)$/,
    why: "every queue needs a copy on every node. Use replicas",
  },
  {
    keys: /^quorum_queue\.continuous_membership_reconciliation\.enabled$/,
    harmless: ON,
    why: "a node that lost its volume would never get its copies back. Remove it",
  },
  {
    keys: /^anonymous_login_user$/,
    harmless: /^none$/,
    why: "every pod that reaches the broker could read all tasks. Remove it",
  },
  {
    keys: /^auth_mechanisms\.\d+$/,
    harmless: /^(?!ANONYMOUS$)/i,
    why: "every pod that reaches the broker could read all tasks. Remove it",
  },
  {
    keys: /^(ssl_options|(management|prometheus)\.ssl)\.versions\.\d+$/,
    harmless: /^tlsv1\.[23]$/,
    why: "older versions of TLS are broken. Use tlsv1.3 or tlsv1.2",
  },
  {
    keys: /^(management\.path_prefix|prometheus\.path)$/,
    why: "probes, scrapes and our commands use RabbitMQ's own paths, so a node would never be ready. Remove it",
  },
  {
    keys: /^(management|prometheus)\.(tcp|ssl|listener)\.ip$/,
    harmless: /^(::|0\.0\.0\.0)$/,
    why: "probes and scrapes come from outside the pod, so a node would never be ready. Remove it; the NetworkPolicy limits who may connect",
  },
  {
    keys: /^(ssl_options|management\.(ssl|listener\.ssl_opts))\.fail_if_no_peer_cert$/,
    harmless: OFF,
    why: "probes, workers and our commands have no certificate of their own, so they could not connect. Remove it",
  },
  {
    keys: /^(vm_memory_high_watermark|disk_free_limit)\.relative$/,
    why: "RabbitMQ ignores it beside the absolute limit, which the component sets from compute.memory. Use the key that ends in .absolute",
  },
  {
    keys: /^consumer_timeout$/,
    why: "it must be longer than the longest task. Use consumerTimeoutSeconds",
  },
];

/** Each entry is one line of rabbitmq.conf and leaves the guarantees as they are. */
export const configLines: Check<Record<string, string>> = (what, lines) =>
  Object.entries(lines).flatMap(([key, value]) => {
    const guard = GUARDS.find(({ keys, harmless }) => keys.test(key) && !harmless?.test(value.trim()));
    if (guard) return [`${what} has ${key} = ${value}, but ${guard.why}.`];
    if (/^[\w.$-]+$/.test(key) && !/[\r\n]/.test(value)) return [];
    return [
      `${what} has ${quote(key)} = ${quote(value)}, which is not a single line of rabbitmq.conf. Use one key and one value per entry.`,
    ];
  });
