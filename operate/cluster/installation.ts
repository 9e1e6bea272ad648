import type { V1Deployment, V1Secret, V1StatefulSet } from "@kubernetes/client-node";
import {
  CLIENT_LABEL,
  DEAD_LETTERS_USER,
  MANAGEMENT_KEY,
  PROTECTION_ANNOTATION,
  URL_KEY,
} from "../../components/rabbitMqCluster/names";
import { TLS_VOLUME } from "../../components/rabbitMqCluster/tls";
import { VARIABLES } from "../../components/shared/celery/contract";
import { UsageError, UserError } from "../errors";
import type { Brokers } from "./brokers";
import type { Cluster } from "./cluster";
import { INSTALLATION_SELECTOR, labelSelector, nameOf, statusCodeOf } from "./objects";
import { RabbitMqBrokers } from "./rabbitMq";

/** Selects one installation of a cluster that has several. */
export interface InstallationFilter {
  readonly namespace?: string;
  /** Name of the broker's StatefulSet. */
  readonly name?: string;
}

/** A user of RabbitMQ, as its Secret describes it. */
export interface BrokerUser {
  /** Includes the password. */
  readonly url: URL;
  /** Name in the brokers' certificate. */
  readonly serverName: string;
  /** Secret with the certificate of the authority. Undefined without TLS. */
  readonly certificateSecret?: string;
}

/** Names one installation of a cluster. */
export interface InstallationName {
  readonly namespace: string;
  /** Name of the broker's StatefulSet. */
  readonly name: string;
}

/** One HaCelery installation in a cluster. */
export interface Installation extends InstallationName {
  readonly brokers: Brokers;
  /** Deployments of the worker pools, sorted by name. */
  readonly pools: readonly V1Deployment[];
  /** Command that replaces the drill's own publisher. `make compare` sets it to measure another design. */
  readonly publisher?: readonly string[];
  /** Deletion is protected, so destructive drills and purges require explicit consent. */
  readonly protected: boolean;
  /** May read dead letters. Undefined if an older version deployed the installation. */
  readonly deadLettersUser?: BrokerUser;
  /** The application's user, which may use everything but the queue of dead letters. */
  readonly applicationUser?: BrokerUser;
}

/** Finds the installation. If there is not exactly one, fails and lists the installations of the cluster. */
export async function findInstallation(
  cluster: Cluster,
  filter: InstallationFilter = {},
): Promise<Installation> {
  return describeInstallation(cluster, await findStatefulSet(cluster, filter));
}

/** Finds the StatefulSet of an installation's brokers, like `findInstallation`. */
export async function findStatefulSet(
  cluster: Cluster,
  filter: InstallationFilter = {},
): Promise<V1StatefulSet> {
  const items = await listBrokers(cluster, filter.namespace);
  const [set, second] = items.filter((each) => isChosen(nameIn(each), filter));
  const known = items.map((each) => `${each.metadata?.namespace}/${nameOf(each)}`).join(", ");
  if (!set)
    throw new UsageError(
      `No installation${describeFilter(filter)} in the cluster of context "${cluster.context}". ` +
        (known ? `Use one of: ${known}.` : "Deploy one first: pulumi up, or make up on this machine."),
    );
  if (second)
    throw new UsageError(
      `There are several installations${describeFilter(filter)} in the cluster: ${known}. Choose one: --namespace NAMESPACE --name NAME`,
    );
  return set;
}

/** Lists the installations of a cluster, sorted. A user who may not list them all gets those of the namespace. */
export async function listInstallations(
  cluster: Cluster,
  filter: InstallationFilter = {},
  namespace = filter.namespace,
): Promise<InstallationName[]> {
  const path = (each: InstallationName) => `${each.namespace}/${each.name}`;
  return (await listBrokers(cluster, namespace))
    .map(nameIn)
    .filter((each) => isChosen(each, filter))
    .sort((one, other) => path(one).localeCompare(path(other)));
}

const nameIn = (set: V1StatefulSet): InstallationName => ({
  namespace: set.metadata?.namespace ?? "",
  name: nameOf(set),
});

const isChosen = (each: InstallationName, { namespace, name }: InstallationFilter): boolean =>
  [undefined, each.namespace].includes(namespace) && [undefined, each.name].includes(name);

/** All brokers of the cluster. A user who may not list them gets those of the namespace. */
async function listBrokers(
  { apps }: Cluster,
  namespace: string | undefined,
): Promise<readonly V1StatefulSet[]> {
  const brokers = { labelSelector: `${INSTALLATION_SELECTOR},app.kubernetes.io/name=rabbitmq` };
  try {
    return (await apps.listStatefulSetForAllNamespaces(brokers)).items;
  } catch (error) {
    if (statusCodeOf(error) !== 403 || namespace === undefined) throw error;
    return (await apps.listNamespacedStatefulSet({ namespace, ...brokers })).items;
  }
}

/** Fails if the Secrets of the installation are missing. */
export async function describeInstallation(cluster: Cluster, set: V1StatefulSet): Promise<Installation> {
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
  const pools = deployments.items
    .filter(({ spec }) => spec?.template.metadata?.labels?.[CLIENT_LABEL] === name)
    .sort((one, other) => nameOf(one).localeCompare(nameOf(other)));
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
    pools,
    protected: set.metadata?.annotations?.[PROTECTION_ANNOTATION] === "true",
    deadLettersUser: userOf(secrets.items.filter(isOfDeadLetters), pools, set),
    applicationUser: userOf(
      secrets.items.filter((secret) => !isOfDeadLetters(secret)),
      pools,
      set,
    ),
  };
}

/** Suffix of the broker nodes' names after the pod's name, read from the same variable that the pods read. */
export function domainOf(set: V1StatefulSet): string {
  const env = set.spec?.template.spec?.containers[0]?.env ?? [];
  const name = env.find((variable) => variable.name === "RABBITMQ_NODENAME")?.value ?? "";
  return name.replace(/^.*?\$\(POD_NAME\)\./, "").replace("$(POD_NAMESPACE)", set.metadata?.namespace ?? "");
}

/** A user's name alternates when its password changes. */
const IS_DEAD_LETTERS_USER = new RegExp(`^${DEAD_LETTERS_USER}(-2)?$`);

const isOfDeadLetters = (secret: V1Secret): boolean =>
  IS_DEAD_LETTERS_USER.test(valueOf([secret], "username") ?? "");

/** The name in the certificate is the host of the URL, unless the pools name another one. */
function userOf(
  secrets: readonly V1Secret[],
  pools: readonly V1Deployment[],
  set: V1StatefulSet,
): BrokerUser | undefined {
  const found = valueOf(secrets, URL_KEY);
  if (found === undefined) return undefined;
  const url = new URL(found);
  const variables = pools.flatMap(({ spec }) => spec?.template.spec?.containers[0]?.env ?? []);
  return {
    url,
    certificateSecret: certificateSecretOf(set),
    serverName:
      variables.find((variable) => variable.name === VARIABLES.brokerServerName)?.value ?? url.hostname,
  };
}

/** Name of the Secret with the brokers' certificate. Undefined without TLS. */
export const certificateSecretOf = (set: V1StatefulSet | undefined): string | undefined =>
  set?.spec?.template.spec?.volumes?.find(({ name }) => name === TLS_VOLUME)?.secret?.secretName;

function valueOf(secrets: readonly V1Secret[], key: string): string | undefined {
  const found = secrets.find(({ data }) => data?.[key] !== undefined)?.data?.[key];
  return found === undefined ? undefined : Buffer.from(found, "base64").toString();
}

function describeFilter({ namespace, name }: InstallationFilter): string {
  return [name && ` named ${name}`, namespace && ` in namespace ${namespace}`].filter(Boolean).join("");
}
