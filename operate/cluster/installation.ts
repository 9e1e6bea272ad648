import type { V1Deployment, V1Secret, V1StatefulSet } from "@kubernetes/client-node";
import { MANAGEMENT_KEY } from "../../components/rabbitMqCluster/credentials";
import { CLIENT_LABEL, PROTECTION_ANNOTATION } from "../../components/rabbitMqCluster/names";
import { UserError } from "../errors";
import { type Cluster, nameOf } from "./cluster";
import { RabbitMqBrokers } from "./rabbitMq";

/** Which installation, where a cluster has several. */
export interface Wanted {
  readonly namespace?: string;
  /** Of the broker's StatefulSet. */
  readonly name?: string;
}

/** One HaCelery in a cluster. */
export interface Installation {
  readonly namespace: string;
  /** Of the broker's StatefulSet. */
  readonly name: string;
  readonly brokers: RabbitMqBrokers;
  /** Worker pools, by name. */
  readonly pools: readonly V1Deployment[];
  /** Command of a program that publishes as the drill's own publisher does; `make compare` measures another's with it. */
  readonly publisher?: readonly string[];
  /** Deleting it is protected, so that experiments on it want more consent. */
  readonly protected: boolean;
}

const OURS = "app.kubernetes.io/part-of=ha-celery";

/** Finds the installation, or fails with the names of those that there are. */
export async function findInstallation(cluster: Cluster, wanted: Wanted = {}): Promise<Installation> {
  const { items } = await cluster.apps.listStatefulSetForAllNamespaces({
    labelSelector: `${OURS},app.kubernetes.io/name=rabbitmq`,
  });
  const fitting = items.filter(
    (set) =>
      [undefined, set.metadata?.namespace].includes(wanted.namespace) &&
      [undefined, nameOf(set)].includes(wanted.name),
  );
  const [set, second] = fitting;
  const known = items.map((each) => `${each.metadata?.namespace}/${nameOf(each)}`).join(", ");
  if (!set)
    throw new UserError(
      `No installation${described(wanted)} in the cluster of context "${cluster.context}". ` +
        (known ? `There are: ${known}.` : "Deploy one first: pulumi up, or make up on this machine."),
    );
  if (second)
    throw new UserError(
      `Several installations${described(wanted)} in the cluster: ${known}. Name one: --namespace NAMESPACE --name NAME`,
    );
  return describe(cluster, set);
}

async function describe(cluster: Cluster, set: V1StatefulSet): Promise<Installation> {
  const namespace = set.metadata?.namespace ?? "";
  const name = nameOf(set);
  const labels = set.spec?.selector.matchLabels ?? {};
  const labelSelector = Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
  const [secrets, deployments] = await Promise.all([
    cluster.core.listNamespacedSecret({ namespace, labelSelector }),
    cluster.apps.listNamespacedDeployment({
      namespace,
      labelSelector: "app.kubernetes.io/name=celery-worker",
    }),
  ]);
  const managementUrl = valueOf(secrets.items, MANAGEMENT_KEY);
  const vhost = valueOf(secrets.items, "vhost");
  if (managementUrl === undefined || vhost === undefined)
    throw new UserError(
      `The Secrets of ${namespace}/${name} with the monitoring user's and the application's login are missing or of an older version. Run: pulumi up`,
    );
  return {
    namespace,
    name,
    brokers: new RabbitMqBrokers(cluster, {
      namespace,
      name,
      selector: labelSelector,
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

/** What follows the pod's name in its node's: read where the pods read it. */
export function domainOf(set: V1StatefulSet): string {
  const env = set.spec?.template.spec?.containers[0]?.env ?? [];
  const name = env.find((variable) => variable.name === "RABBITMQ_NODENAME")?.value ?? "";
  return name.replace(/^.*?\$\(POD_NAME\)\./, "").replace("$(POD_NAMESPACE)", set.metadata?.namespace ?? "");
}

function valueOf(secrets: readonly V1Secret[], key: string): string | undefined {
  const found = secrets.find(({ data }) => data?.[key] !== undefined)?.data?.[key];
  return found === undefined ? undefined : Buffer.from(found, "base64").toString();
}

function described({ namespace, name }: Wanted): string {
  return [name && ` named ${name}`, namespace && ` in namespace ${namespace}`].filter(Boolean).join("");
}
