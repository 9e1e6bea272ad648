import type { BrokerAccess, BrokerOptions, BrokerTls } from "./args";
import { omitUndefined } from "../shared/omitUndefined";
import { MIB, parseQuantity } from "../shared/quantity";
import {
  choiceProblems,
  computeProblems,
  durationProblems,
  namespaceProblems,
  quantityProblems,
  quote,
  wholeNumberProblems,
} from "../shared/validation";
import { OnDelete, Spread } from "../types";
import { DEFAULT_MEMORY, DEFAULT_STORAGE, memoryWatermark } from "./resolve";
import { MONITORING_USER } from "./names";
import { clashesWithTls } from "./tls";

/** Why a line of rabbitmq.conf is not the user's to set. */
const REFUSED: Record<string, string> = {
  cluster_partition_handling:
    "RabbitMQ 4.3 ignores it. A plugin of our image closes a node in a minority to clients. Remove it",
  queue_master_locator: "it belonged to mirrored queues, which are gone. Use queue_leader_locator",
  "cluster_formation.peer_discovery_backend":
    "the nodes find each other by the StatefulSet's names. Remove it",
  "definitions.import_backend": "the component imports its own definitions. Remove it",
  "definitions.local.path": "the component imports its own definitions. Remove it",
};

/** Everything wrong with a broker's arguments. */
export function brokerProblems(options: BrokerOptions): string[] {
  const { storage, compute } = options;
  return [
    ...replicaProblems(options.replicas),
    ...quantityProblems("storage.size", storage?.size, "20Gi"),
    ...choiceProblems("storage.onDelete", storage?.onDelete, OnDelete),
    ...computeProblems(compute),
    ...memoryProblems(compute?.memory ?? DEFAULT_MEMORY, storage?.size ?? DEFAULT_STORAGE),
    ...choiceProblems("spread", options.spread, Spread),
    ...Object.entries(options.config ?? {}).flatMap(([key, value]) => configProblems(key, value)),
    ...(options.plugins ?? []).flatMap(pluginProblems),
    ...vhostProblems(options.vhost),
    ...usernameProblems(options.username),
    ...wholeNumberProblems("passwordRevision", options.passwordRevision, {
      why: "it counts how often the password was changed",
      least: 0,
    }),
    ...(options.tls ? tlsProblems(options.tls, options.config) : []),
    ...wholeNumberProblems("consumerTimeoutSeconds", options.consumerTimeoutSeconds, {
      why: "RabbitMQ looks at consumers once a minute",
      least: 60,
    }),
    ...wholeNumberProblems("gracePeriodSeconds", options.gracePeriodSeconds, {
      why: "a node needs time to hand over its queues",
      least: 60,
    }),
    ...accessProblems(options.access ?? {}),
    ...durationProblems("readyTimeout", options.readyTimeout),
  ];
}

function accessProblems(access: BrokerAccess): string[] {
  return Object.entries(omitUndefined(access)).flatMap(([list, names]: [string, string[]]) =>
    names.flatMap((name, index) => namespaceProblems(`access.${list}[${index}]`, name)),
  );
}

function replicaProblems(replicas = 3): string[] {
  if (Number.isInteger(replicas) && replicas >= 1 && replicas % 2 === 1) return [];
  return [`replicas is ${replicas}. Use an odd number (3 survives one node, 5 survives two).`];
}

function memoryProblems(memory: string, size: string): string[] {
  const limit = parseQuantity(memory);
  const disk = parseQuantity(size);
  if (limit === undefined || disk === undefined) return [];
  if (limit < 256 * MIB) {
    return [`compute.memory is ${quote(memory)}, but a broker node with management needs at least "256Mi".`];
  }
  const reserve = memoryWatermark(memory);
  if (disk >= 2 * reserve * MIB) return [];
  return [
    `storage.size is ${quote(size)}, but ${reserve} MiB of it, 60 % of compute.memory, are kept free, and at least as much is needed for tasks. Use at least "${2 * reserve}Mi" or less memory.`,
  ];
}

function configProblems(key: string, value: string): string[] {
  const refused = REFUSED[key];
  if (refused) return [`config has ${key}, but ${refused}.`];
  if (/^[\w.$-]+$/.test(key) && !/[\r\n]/.test(value)) return [];
  return [
    `config has ${quote(key)} = ${quote(value)}, which does not fit on one line of rabbitmq.conf. Give one key and one value per entry.`,
  ];
}

function pluginProblems(plugin: string): string[] {
  if (/^[a-z][a-z0-9_]*$/.test(plugin)) return [];
  return [
    `plugins has ${quote(plugin)}, which no plugin can be called. Use names such as "rabbitmq_shovel".`,
  ];
}

function vhostProblems(vhost = "celery"): string[] {
  if (vhost !== "" && vhost.length <= 255) return [];
  return [`vhost is ${quote(vhost)}. Use 1 to 255 characters.`];
}

function usernameProblems(username = "celery"): string[] {
  if (username === MONITORING_USER) {
    return [
      `username is "${MONITORING_USER}", which is the name of the user that may only look. Use another.`,
    ];
  }
  if (/^[\w.-]{1,64}$/.test(username)) return [];
  return [`username is ${quote(username)}. Use up to 64 letters, digits, "_", "." and "-".`];
}

function tlsProblems({ secretName, serverName }: BrokerTls, config: Record<string, string> = {}): string[] {
  return [
    ...(secretName === ""
      ? ['tls.secretName is "". Use the name of a Secret with tls.crt, tls.key and ca.crt.']
      : []),
    ...(HOST_NAME.test(serverName)
      ? []
      : [
          `tls.serverName is ${quote(serverName)}, which no client can ask for. Use one host name that the certificate is for, such as "broker.example.com".`,
        ]),
    ...Object.keys(config)
      .filter(clashesWithTls)
      .map((key) => `config has ${key}, but tls sets the ports and the files of the certificate. Remove it.`),
  ];
}

/** At most 253 characters, in labels of at most 63. */
const HOST_NAME = /^(?=.{1,253}$)([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)*[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/i;
