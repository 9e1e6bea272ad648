import { type Finding, isBroker, type KubernetesObject } from "./objects";

export interface ConfigMap extends KubernetesObject {
  data?: Record<string, string>;
}

const LINE = /^\s*([^#\s=]+)\s*=\s*(.*?)\s*(#.*)?$/;

/** The lines of rabbitmq.conf: the last line takes precedence, and of several files the last in alphabetical order. */
function linesOf({ metadata, data = {} }: ConfigMap): Map<string, string> | undefined {
  const files = Object.keys(data).filter((file) => file.endsWith(".conf"));
  if (!isBroker(metadata?.labels) || files.length === 0) return undefined;
  const lines = files.sort().flatMap((file) => (data[file] ?? "").split("\n"));
  return new Map(
    lines.flatMap((line) => {
      const [, key, value = ""] = LINE.exec(line) ?? [];
      return key === undefined ? [] : [[key, value]];
    }),
  );
}

export function quorumFindings(config: ConfigMap): Finding[] {
  const lines = linesOf(config);
  const type = lines?.get("default_queue_type");
  if (!lines || type === "quorum") return [];
  return [
    {
      what: `a queue that is declared without a type becomes ${type ?? "classic"}, on a single node`,
      fix: "remove default_queue_type from the broker's config",
    },
  ];
}

interface Guard {
  readonly keys: RegExp;
  readonly isSafe: (value: string, lines: ReadonlyMap<string, string>) => boolean;
  /** What follows from another value. */
  readonly what: string;
}

const onEveryNode: Guard["isSafe"] = (value, lines) =>
  Number(value) >= Number(lines.get("cluster_formation.target_cluster_size_hint") ?? 3);

/** Lines that `RabbitMqCluster` refuses in its config, with the values that keep the guarantees. */
const GUARDS: readonly Guard[] = [
  {
    keys: /^quorum_queue\.(initial_cluster_size|continuous_membership_reconciliation\.target_group_size)$/,
    isSafe: onEveryNode,
    what: "a queue does not have a copy on every node",
  },
  {
    keys: /^quorum_queue\.continuous_membership_reconciliation\.enabled$/,
    isSafe: (value) => /^(true|on)$/.test(value),
    what: "a node that lost its volume never gets its copies back",
  },
  {
    keys: /^cluster_formation\.peer_discovery_backend$/,
    isSafe: (value) => value === "k8s",
    what: "a wrong answer of the peer discovery founds a second cluster",
  },
  {
    keys: /^anonymous_login_user$/,
    isSafe: (value) => value === "none",
    what: "every pod that reaches the broker can read all tasks without a password",
  },
  {
    keys: /^auth_mechanisms\.\d+$/,
    isSafe: (value) => !/^anonymous$/i.test(value),
    what: "every pod that reaches the broker can read all tasks without a password",
  },
  {
    keys: /^(ssl_options|(management|prometheus)\.ssl)\.versions\.\d+$/,
    isSafe: (value) => /^tlsv1\.[23]$/.test(value),
    what: "clients can use a version of TLS that is broken",
  },
];

/** Lines of rabbitmq.conf that undo a guarantee, whoever wrote them. */
export function configFindings(config: ConfigMap): Finding[] {
  const lines = linesOf(config) ?? new Map<string, string>();
  return [...lines].flatMap(([key, value]) =>
    GUARDS.filter(({ keys, isSafe }) => keys.test(key) && !isSafe(value, lines)).map(({ what }) => ({
      what: `with ${key} = ${value}, ${what}`,
      fix: `remove ${key} from the broker's config`,
    })),
  );
}
