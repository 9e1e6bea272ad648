import type { Cluster } from "../cluster/cluster";
import { podOf } from "../cluster/brokers";
import type { Installation } from "../cluster/installation";
import type { ManagementApi } from "../cluster/management";
import { ignoreNotFound } from "../cluster/objects";
import { readStatus } from "../status/read";
import { readClients } from "./clients";
import { findingsOf } from "./findings";
import type { DeprecatedFeature, UpgradeCheck, UpgradeFacts } from "./model";
import { readPulumiPackages } from "./pulumiPackages";
import { distinct } from "./version";

/** Checks whether an upgrade could begin. Changes nothing. */
export async function checkUpgrade(cluster: Cluster, installation: Installation): Promise<UpgradeCheck> {
  const facts = await readFacts(cluster, installation);
  const { status, kubernetes, workers, beats, jobs, nodes, pulumi } = facts;
  return {
    context: status.context,
    namespace: status.namespace,
    name: status.name,
    versions: {
      rabbitmq: distinct(status.brokers.map(({ version }) => version)),
      kubernetes,
      kubelets: distinct(nodes.map((node) => node.status?.nodeInfo?.kubeletVersion)),
      workers,
      beats,
      jobs,
      pulumi,
    },
    findings: findingsOf(facts),
  };
}

async function readFacts(cluster: Cluster, installation: Installation): Promise<UpgradeFacts> {
  const { namespace, name, brokers } = installation;
  const [status, set, nodes, version, budgets, deprecated, drained, clients] = await Promise.all([
    readStatus(cluster, installation),
    cluster.apps.readNamespacedStatefulSet({ namespace, name }).catch(ignoreNotFound),
    cluster.core.listNode(),
    cluster.version(),
    cluster.policy.listNamespacedPodDisruptionBudget({ namespace }),
    readDeprecated(brokers.management).catch(() => undefined),
    readDrained(brokers.management).catch(() => []),
    readClients(cluster, installation),
  ]);
  return {
    status,
    set,
    nodes: nodes.items,
    kubernetes: version.gitVersion,
    budgets: budgets.items,
    deprecated,
    drained,
    ...clients,
    pulumi: readPulumiPackages(process.cwd()),
  };
}

interface DeprecatedFeatureOfApi {
  readonly name: string;
  readonly deprecation_phase: string;
  readonly doc_url?: string;
}

async function readDeprecated(management: ManagementApi): Promise<DeprecatedFeature[]> {
  const used = await management.get<DeprecatedFeatureOfApi[]>("/deprecated-features/used");
  return used.map(({ name, deprecation_phase: phase, doc_url: page = "" }) => ({ name, phase, page }));
}

interface NodeOfApi {
  readonly name: string;
  readonly being_drained?: boolean;
}

async function readDrained(management: ManagementApi): Promise<string[]> {
  const nodes = await management.get<NodeOfApi[]>("/nodes?columns=name,being_drained");
  return nodes.filter(({ being_drained: isDrained }) => isDrained).map(({ name }) => podOf(name));
}
