import type { V1Deployment, V1Secret, V1StatefulSet } from "@kubernetes/client-node";
import { MANAGEMENT_KEY } from "../../components/rabbitMqCluster/credentials";
import { CLIENT_LABEL, PROTECTION_ANNOTATION } from "../../components/rabbitMqCluster/names";
import { UserError } from "../errors";
import type { Cluster } from "./cluster";
import { INSTALLATION_SELECTOR, labelSelector, nameOf } from "./objects";
import { RabbitMqBrokers } from "./rabbitMq";

/** Selects one installation of a cluster that has several. */
export interface InstallationFilter {
  readonly namespace?: string;
  /** Name of the broker's StatefulSet. */
  readonly name?: string;
}

/** One HaCelery installation in a cluster. */
export interface Installation {
  readonly namespace: string;
  /** Name of the broker's StatefulSet. */
  readonly name: string;
  readonly brokers: RabbitMqBrokers;
  /** Deployments of the worker pools, sorted by name. */
  readonly pools: readonly V1Deployment[];
  /** Command that replaces the drill's own publisher. `make compare` sets it to measure another design. */
  readonly publisher?: readonly string[];
  /** Deletion is protected, so destructive drills require explicit consent. */
  readonly protected: boolean;
}

/** Finds the installation. If there is not exactly one, fails and lists the installations of the cluster. */
export async function findInstallation(
  cluster: Cluster,
  filter: InstallationFilter = {},
): Promise<Installation> {
  const { items } = await cluster.apps.listStatefulSetForAllNamespaces({
    labelSelector: `${INSTALLATION_SELECTOR},app.kubernetes.io/name=rabbitmq`,
  });
  const matching = items.filter(
    (set) =>
      [undefined, set.metadata?.namespace].includes(filter.namespace) &&
      [undefined, nameOf(set)].includes(filter.name),
  );
  const [set, second] = matching;
  const known = items.map((each) => `${each.metadata?.namespace}/${nameOf(each)}`).join(", ");
  if (!set)
    throw new UserError(
      `No installation${describeFilter(filter)} in the cluster of context "${cluster.context}". ` +
        (known ? `Use one of: ${known}.` : "Deploy one first: pulumi up, or make up on this machine."),
    );
  if (second)
    throw new UserError(
      `There are several installations${describeFilter(filter)} in the cluster: ${known}. Choose one: --namespace NAMESPACE --name NAME`,
    );
  return describe(cluster, set);
}

async function describe(cluster: Cluster, set: V1StatefulSet): Promise<Installation> {
  const namespace = set.metadata?.namespace ?? "";
  const name = nameOf(set);
  const selector = labelSelector(set.spec?.selector.matchLabels);
  const [secrets, deployments] = await Promise.all([
    cluster.core.listNamespacedSecret({ namespace, labelSelector: selector }),
    cluster.apps.listNamespacedDeployment({
      namespace,
      labelSelector: "app.kubernetes.io/name=celery-worker",
    }),
  ]);
  const managementUrl = valueOf(secrets.items, MANAGEMENT_KEY);
  const vhost = valueOf(secrets.items, "vhost");
  if (managementUrl === undefined || vhost === undefined)
    throw new UserError(
      `The Secrets of ${namespace}/${name} with the credentials of the monitoring user and of the application are missing or were written by an older version. Run: pulumi up`,
    );
  return {
    namespace,
    name,
    brokers: new RabbitMqBrokers(cluster, {
      namespace,
      name,
      selector,
      domain: domainOf(set),
      vhost,
      replicas: set.spec?.replicas ?? 0,
      managementUrl: new URL(managementUrl),
    }),
    pools: deployments.items
      .filter(({ spec }) => spec?.template.metadata?.labels?.[CLIENT_LABEL] === name)
      .sort((one, other) => nameOf(one).localeCompare(nameOf(other))),
    protected: set.metadata?.annotations?.[PROTECTION_ANNOTATION] === "true",
  };
}

/** Suffix of the broker nodes' names after the pod's name, read from the same variable that the pods read. */
export function domainOf(set: V1StatefulSet): string {
  const env = set.spec?.template.spec?.containers[0]?.env ?? [];
  const name = env.find((variable) => variable.name === "RABBITMQ_NODENAME")?.value ?? "";
  return name.replace(/^.*?\$\(POD_NAME\)\./, "").replace("$(POD_NAMESPACE)", set.metadata?.namespace ?? "");
}

function valueOf(secrets: readonly V1Secret[], key: string): string | undefined {
  const found = secrets.find(({ data }) => data?.[key] !== undefined)?.data?.[key];
  return found === undefined ? undefined : Buffer.from(found, "base64").toString();
}

function describeFilter({ namespace, name }: InstallationFilter): string {
  return [name && ` named ${name}`, namespace && ` in namespace ${namespace}`].filter(Boolean).join("");
}
