import type { BrokerAccess, BrokerOptions, BrokerStorage, BrokerTls, RabbitMqClusterArgs } from "./args";
import { MIB, parseQuantity } from "../shared/quantity";
import {
  type Check,
  type Rule,
  type Validation,
  PLACEMENT,
  check,
  className,
  compute,
  duration,
  each,
  fields,
  namespace,
  namespaceName,
  oneOf,
  quantity,
  quote,
  unchecked,
  wholeNumber,
} from "../shared/checks";
import { OnDelete, Spread } from "../types";
import { DEFAULT_MEMORY, DEFAULT_STORAGE, memoryWatermark } from "./resolve";
import type { TransformedStatefulSet } from "../transform/args";
import { aFunction } from "../transform/transformed";
import { configLines } from "./configLines";
import { MONITORING_USER, DEAD_LETTERS_USER } from "./names";
import { clashesWithTls, isPort } from "./tls";

const oddNumber: Check<number> = check(
  (nodes) => Number.isInteger(nodes) && nodes >= 1 && nodes % 2 === 1,
  (what, nodes) => `${what} is ${nodes}. Use an odd number (3 survives one node, 5 survives two).`,
);

const plugins: Check<string[]> = (what, names) =>
  names
    .filter((name) => !/^[a-z][a-z0-9_]*$/.test(name))
    .map(
      (name) =>
        `${what} has ${quote(name)}, which is not a valid plugin name. Use names such as "rabbitmq_shovel".`,
    );

/** Commands in the brokers contain it. */
const vhost: Check<string> = check(
  (name) => /^[\w./:@~+-]{1,255}$/.test(name),
  (what, name) => `${what} is ${quote(name)}. Use 1 to 255 letters, digits, and any of . / : @ ~ + - _.`,
);

const username: Check<string> = (what, name) => {
  if (name === "guest")
    return [
      `${what} is "guest", which RabbitMQ accepts only from its own machine, so no worker could connect. Use another name.`,
    ];
  if (name === MONITORING_USER) {
    return [`${what} is "${MONITORING_USER}", which is the name of the read-only user. Use another name.`];
  }
  if ([DEAD_LETTERS_USER, `${DEAD_LETTERS_USER}-2`].includes(name)) {
    return [
      `${what} is ${quote(name)}, which is the name of the user that reads dead letters. Use another name.`,
    ];
  }
  if (/^[\w.-]{1,64}$/.test(name)) return [];
  return [`${what} is ${quote(name)}. Use up to 64 letters, digits, "_", "." and "-".`];
};

/** At most 253 characters, in labels of at most 63. */
const HOST_NAME = /^(?=.{1,253}$)([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)*[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/i;

/** Only a known text can be checked. */
export const certificates: Check<NonNullable<BrokerTls["authority"]>> = check(
  (pem) => typeof pem !== "string" || /-----BEGIN CERTIFICATE-----[^]+-----END CERTIFICATE-----/.test(pem),
  (what) => `${what} contains no certificate in PEM format. Use the content of ca.crt.`,
);

/** All of a certificate of the user's, or nothing. */
const wholeCertificate: Rule<BrokerTls> = {
  needs: [],
  problems: ({ secretName, serverName, authority }) => {
    if (secretName !== undefined)
      return serverName === undefined
        ? [
            `secretName is set, but not tls.serverName, which clients verify. Set tls.serverName to one host name in the certificate, such as "broker.example.com".`,
          ]
        : [];
    return Object.entries({ serverName, authority })
      .filter(([, value]) => value !== undefined)
      .map(
        ([key]) =>
          `${key} is set, but not tls.secretName, and the generated certificate has its own. Remove it, or set tls.secretName to the Secret of your certificate.`,
      );
  },
};

const tls = fields<BrokerTls>(
  {
    secretName: check(
      (name) => name !== "",
      (what) => `${what} is "". Use the name of a Secret with tls.crt, tls.key and ca.crt.`,
    ),
    serverName: check(
      (name) => HOST_NAME.test(name),
      (what, name) =>
        `${what} is ${quote(name)}, which is not a host name. Use one host name in the certificate, such as "broker.example.com".`,
    ),
    authority: certificates,
    interNode: unchecked,
  },
  wholeCertificate,
);

const LEAST_MEMORY = 512 * MIB;

/** A broker node whose write-ahead log stays below the memory at which it blocks publishers. */
export const enoughMemory: Rule<Pick<BrokerOptions, "compute">> = {
  needs: ["compute"],
  problems: ({ compute }) => {
    const memory = compute?.memory ?? DEFAULT_MEMORY;
    if ((parseQuantity(memory) ?? 0) >= LEAST_MEMORY) return [];
    return [
      `compute.memory is ${quote(memory)}, but with less than "512Mi" the write-ahead log alone exceeds the memory at which a broker node blocks all publishers (60 % of it), so a backlog may block them for good. Use at least "512Mi".`,
    ];
  },
};

/** A volume with room for the free space that RabbitMQ insists on, and for as much data. */
export const enoughStorage: Rule<Pick<BrokerOptions, "compute" | "storage">> = {
  needs: ["compute", "storage"],
  problems: ({ compute, storage }) => {
    const size = storage?.size ?? DEFAULT_STORAGE;
    const reserve = memoryWatermark(compute?.memory ?? DEFAULT_MEMORY);
    if ((parseQuantity(size) ?? 0) >= 2 * reserve * MIB) return [];
    return [
      `storage.size is ${quote(size)}, but ${reserve} MiB of it (60 % of compute.memory) must stay free, and tasks need at least as much. Use at least "${2 * reserve}Mi" or less memory.`,
    ];
  },
};

/** Nothing in `config` that the Services, probes and volumes of the nodes do not follow. */
const fixedConfig: Rule<BrokerOptions> = {
  needs: [],
  problems: ({ tls, config = {} }) =>
    Object.keys(config).flatMap((key) => {
      if (isPort(key))
        return [
          `config has ${key}, but Services and probes use RabbitMQ's own ports, so a node would never be ready. Remove it.`,
        ];
      return tls !== undefined && clashesWithTls(key)
        ? [`config has ${key}, but tls sets the listeners and the certificate files. Remove it.`]
        : [];
    }),
};

export const BROKER: Validation<BrokerOptions> = {
  checks: {
    replicas: oddNumber,
    storage: fields<BrokerStorage>({
      size: quantity("20Gi"),
      className,
      onDelete: oneOf(OnDelete),
    }),
    compute,
    spread: oneOf(Spread),
    config: configLines,
    plugins,
    vhost,
    username,
    passwordRevision: wholeNumber({ why: "it is the number of password changes", least: 0 }),
    tls,
    consumerTimeoutSeconds: wholeNumber({ why: "RabbitMQ checks consumers once a minute", least: 60 }),
    gracePeriodSeconds: wholeNumber({ why: "a node needs time to transfer its queues", least: 60 }),
    access: fields<BrokerAccess>({
      clientNamespaces: each(namespaceName),
      managementNamespaces: each(namespaceName),
      monitoringNamespaces: each(namespaceName),
    }),
    clusterDomain: check(
      (domain) => HOST_NAME.test(domain),
      (what, domain) =>
        `${what} is ${quote(domain)}, which is not a domain. Use for example "cluster.local".`,
    ),
    deletionProtection: unchecked,
    readyTimeout: duration,
    transform: fields<TransformedStatefulSet>({ statefulSet: aFunction }),
    ...PLACEMENT,
  },
  rules: [enoughMemory, enoughStorage, fixedConfig],
};

export const RABBITMQ_CLUSTER: Validation<RabbitMqClusterArgs> = {
  checks: { ...BROKER.checks, namespace, image: unchecked },
  rules: BROKER.rules,
};
