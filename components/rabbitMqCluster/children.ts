import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { generateCertificate } from "./certificate";
import { configMap } from "./configuration";
import { accountSecret, amqpUrl, credentialsSecret, monitoringSecret } from "./credentials";
import { type Logins, checksum, definitionsOf, definitionsSecret } from "./definitions";
import { foundedMarker } from "./founded";
import { IGNORED_CHANGES, rejectImmutableChanges } from "./immutableFields";
import { MONITORING_USER, DEAD_LETTERS_USER } from "./names";
import { networkPolicy } from "./networkPolicy";
import type { ResolvedBroker } from "./resolve";
import { clientService, disruptionBudget, headlessService } from "./services";
import { type BrokerSources, statefulSet, timeouts } from "./statefulSet";
import type { BrokerCertificate } from "./tls";
import { BROKER_GUARDS } from "../transform/guards";
import { transformed } from "../transform/transformed";
import { renamed, replaceable, stateful } from "../shared/childOptions";
import { GENERATED } from "../shared/generated";
import { type RevisedUser, passwordArgs, passwordName, usersOf } from "./users";

/** A RabbitMQ user with its generated password. */
export interface User {
  name: string;
  password: pulumi.Output<string>;
}

/** Two users that take turns when the password changes. */
export interface UserPair {
  /** The user in the Secret. */
  active: User;
  /** The user before it, whose password remains valid. */
  former: User[];
}

/** Generated secrets of a cluster. */
export interface Passwords {
  cookie: pulumi.Output<string>;
  application: UserPair;
  /** May read dead letters. */
  deadLetters: UserPair;
  monitoring: User;
}

export function createPasswords(parent: pulumi.Resource, broker: ResolvedBroker): Passwords {
  const { name } = broker;
  const generated = (suffix: string) =>
    new random.RandomPassword(`${name}-${suffix}`, GENERATED, stateful(parent, broker.deletionProtection))
      .result;
  const pair = (username: string, prefix: string): UserPair => {
    const login = (user: RevisedUser) => ({
      name: user.name,
      // The revision after the next one replaces it.
      password: new random.RandomPassword(
        `${prefix}-${passwordName(user)}`,
        passwordArgs(user),
        replaceable(parent),
      ).result,
    });
    const [active, ...former] = usersOf(username, broker.passwordRevision);
    return { active: login(active), former: former.map(login) };
  };
  return {
    cookie: generated("cookie"),
    application: pair(broker.username, name),
    deadLetters: pair(DEAD_LETTERS_USER, `${name}-dead-letters`),
    monitoring: { name: MONITORING_USER, password: generated("monitoring-password") },
  };
}

/** Creates everything that a node reads when it starts. */
export function createConfiguration(
  parent: pulumi.Resource,
  broker: ResolvedBroker,
  { cookie, application, deadLetters, monitoring }: Passwords,
  certificate: BrokerCertificate | undefined,
): BrokerSources {
  const { name } = broker;
  const child = replaceable(parent);
  const credentials = new k8s.core.v1.Secret(`${name}-credentials`, credentialsSecret(broker, cookie), {
    ...stateful(parent, broker.deletionProtection),
    // Older versions stored more keys in it; replacing it for that reason would restart every node.
    ignoreChanges: ["stringData"],
  });
  const logins: pulumi.Output<Logins> = pulumi.output({
    application: [application.active, ...application.former],
    deadLetters: [deadLetters.active, ...deadLetters.former],
    monitoring,
  });
  const definitions = definitionsOf(broker, logins);
  const secret = new k8s.core.v1.Secret(`${name}-definitions`, definitionsSecret(broker, definitions), child);
  const config = new k8s.core.v1.ConfigMap(`${name}-config`, configMap(broker), child);
  return {
    configMapName: config.metadata.name,
    definitionsSecretName: secret.metadata.name,
    credentialsSecretName: credentials.metadata.name,
    certificateSecretName: certificate?.secretName,
    checksum: checksum(broker, definitions),
  };
}

/** Services of a cluster. */
export interface Services {
  peers: k8s.core.v1.Service;
  clients: k8s.core.v1.Service;
  /** Host name for clients. */
  host: pulumi.Output<string>;
}

export function createServices(parent: pulumi.Resource, broker: ResolvedBroker): Services {
  const { name, namespace } = broker;
  const peers = new k8s.core.v1.Service(`${name}-nodes`, headlessService(broker), { parent });
  const clients = new k8s.core.v1.Service(`${name}-client`, clientService(broker), { parent });
  return { peers, clients, host: pulumi.interpolate`${clients.metadata.name}.${namespace}.svc` };
}

/** Returns the certificate that the nodes serve, the user's or a generated one; undefined without TLS. */
export function createCertificate(
  parent: pulumi.Resource,
  broker: ResolvedBroker,
  host: pulumi.Output<string>,
): BrokerCertificate | undefined {
  if (!broker.tls) return undefined;
  const { secretName, serverName = "", authority } = broker.tls;
  if (secretName === undefined) return generateCertificate(parent, broker, host);
  return { secretName, serverName, authority };
}

/** Limits who can connect to the nodes, and how many of them a drain can stop at once. */
export function createPolicies(parent: pulumi.Resource, broker: ResolvedBroker): void {
  const { name } = broker;
  new k8s.networking.v1.NetworkPolicy(`${name}-access`, networkPolicy(broker), { parent });
  new k8s.policy.v1.PodDisruptionBudget(`${name}-budget`, disruptionBudget(broker), { parent });
}

export function createNodes(
  parent: pulumi.ComponentResource,
  broker: ResolvedBroker,
  sources: BrokerSources,
  { peers }: Services,
): k8s.apps.v1.StatefulSet {
  const args = transformed(parent, broker, "statefulSet", statefulSet(broker, sources), BROKER_GUARDS);
  return new k8s.apps.v1.StatefulSet(`${broker.name}-set`, args, {
    ...stateful(parent, broker.deletionProtection),
    dependsOn: peers,
    customTimeouts: timeouts(broker),
    ignoreChanges: IGNORED_CHANGES,
    hooks: rejectImmutableChanges(broker.name),
  });
}

/** Created after the nodes are ready for the first time. */
export function createFoundedMarker(
  parent: pulumi.Resource,
  broker: ResolvedBroker,
  nodes: k8s.apps.v1.StatefulSet,
): void {
  new k8s.core.v1.ConfigMap(`${broker.name}-founded`, foundedMarker(broker), { parent, dependsOn: nodes });
}

/** What clients need to connect. */
export interface ClientAccess {
  url: pulumi.Output<string>;
  clientSecret: k8s.core.v1.Secret;
  deadLettersSecret: k8s.core.v1.Secret;
  monitoringSecret: k8s.core.v1.Secret;
}

/** Depends on the nodes, so that a client starts once they are ready and know its user, and stops before they do. */
export function createClientAccess(
  parent: pulumi.Resource,
  broker: ResolvedBroker,
  { application, deadLetters, monitoring }: Passwords,
  host: pulumi.Output<string>,
  nodes: k8s.apps.v1.StatefulSet,
): ClientAccess {
  const { name } = broker;
  const afterNodes = { ...renamed(parent), dependsOn: nodes };
  const client = { ...application.active, host };
  const reader = { ...deadLetters.active, host };
  const url = amqpUrl(broker, client);
  return {
    url,
    clientSecret: new k8s.core.v1.Secret(`${name}-client`, accountSecret(broker, client, url), afterNodes),
    deadLettersSecret: new k8s.core.v1.Secret(
      `${name}-dead-letters`,
      accountSecret(broker, reader, amqpUrl(broker, reader)),
      afterNodes,
    ),
    monitoringSecret: new k8s.core.v1.Secret(
      `${name}-monitoring`,
      monitoringSecret(broker, { ...monitoring, host }),
      afterNodes,
    ),
  };
}
