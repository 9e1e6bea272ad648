import { createHash } from "node:crypto";
import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { DEFINITIONS_FILE, configFiles } from "./configuration";
import type { ResolvedBroker } from "./resolve";
import { DEAD_LETTERS } from "../shared/celery/contract";

/** A user name and its password. */
export interface Login {
  name: string;
  password: string;
}

/** Credentials of all users of a broker. */
export interface Logins {
  /** The active user of the application, then the previous one. */
  application: Login[];
  /** The active user for dead letters, then the previous one. */
  deadLetters: Login[];
  monitoring: Login;
}

/** Everything but `dead-letters`. Celery needs all rights to its own queues: declaring one needs configure, even if
 * the queue exists, and consuming needs read, which includes purging. */
const NOT_DEAD_LETTERS = `^(?!${DEAD_LETTERS}$).*`;

/** What every node loads when it starts: virtual host, users, rights, policy, and the queue of dead letters. */
export function definitionsJson(
  broker: ResolvedBroker,
  { application, deadLetters, monitoring }: Logins,
): string {
  const vhost = broker.vhost;
  return JSON.stringify(
    {
      vhosts: [{ name: vhost, default_queue_type: "quorum", metadata: { default_queue_type: "quorum" } }],
      users: [
        ...application.map((login) => user(login, [])),
        // The tag lets it sign in to the management page.
        ...deadLetters.map((login) => user(login, ["management"])),
        // The tag lets it read queues and nodes through the management API; it has no right to any message.
        user(monitoring, ["monitoring"]),
      ],
      permissions: [
        ...application.map(({ name }) => ({
          user: name,
          vhost,
          configure: NOT_DEAD_LETTERS,
          // Includes `dead-letters`, because a queue may name it as its dead-letter exchange.
          write: ".*",
          read: NOT_DEAD_LETTERS,
        })),
        ...deadLetters.map(({ name }) => ({
          user: name,
          vhost,
          configure: "^$",
          write: ".*",
          read: `^${DEAD_LETTERS}$`,
        })),
        { user: monitoring.name, vhost, configure: "^$", write: "^$", read: "^$" },
      ],
      policies: [taskPolicy(broker), deadLetterPolicy(broker), delayedPolicy(broker)],
      exchanges: [
        // Fanout keeps the routing key, which says the queue that the task came from.
        {
          name: DEAD_LETTERS,
          vhost,
          type: "fanout",
          durable: true,
          auto_delete: false,
          internal: false,
          arguments: {},
        },
      ],
      queues: [
        {
          name: DEAD_LETTERS,
          vhost,
          durable: true,
          auto_delete: false,
          arguments: { "x-queue-type": "quorum" },
        },
      ],
      bindings: [
        {
          source: DEAD_LETTERS,
          vhost,
          destination: DEAD_LETTERS,
          destination_type: "queue",
          routing_key: "",
          arguments: {},
        },
      ],
    },
    undefined,
    2,
  );
}

function taskPolicy(broker: ResolvedBroker): object {
  return {
    name: "tasks",
    vhost: broker.vhost,
    // Excludes Celery's own queues of delayed tasks, and the dead letters.
    pattern: `^(?!celery_delayed_|${DEAD_LETTERS}$)`,
    "apply-to": "quorum_queues",
    priority: 0,
    definition: {
      // A task that has killed its worker this often is not retried ...
      "delivery-limit": 20,
      // ... but becomes a dead letter. The safe transfer also requires the overflow setting.
      "dead-letter-exchange": DEAD_LETTERS,
      "dead-letter-strategy": "at-least-once",
      overflow: "reject-publish",
      // A task that fails repeatedly must not keep the workers busy.
      "delayed-retry-type": "failed",
      "delayed-retry-min": 1000,
      "delayed-retry-max": 60000,
    },
  };
}

/** Without a limit: by default RabbitMQ drops a message that was read and returned more than 20 times. */
function deadLetterPolicy(broker: ResolvedBroker): object {
  return {
    name: DEAD_LETTERS,
    vhost: broker.vhost,
    pattern: `^${DEAD_LETTERS}$`,
    "apply-to": "quorum_queues",
    priority: 0,
    definition: { "delivery-limit": -1 },
  };
}

/** A delayed task whose queue is gone: without an exchange that takes it, it would delay the tasks behind it. */
function delayedPolicy(broker: ResolvedBroker): object {
  return {
    name: "delayed-tasks",
    vhost: broker.vhost,
    pattern: "^celery_delayed_delivery$",
    "apply-to": "exchanges",
    priority: 0,
    definition: { "alternate-exchange": DEAD_LETTERS },
  };
}

function user({ name, password }: Login, tags: string[]): object {
  return {
    name,
    password_hash: passwordHash(name, password),
    hashing_algorithm: "rabbit_password_hashing_sha256",
    tags,
    limits: {},
  };
}

/** RabbitMQ's salted SHA-256. The salt is derived from the password, so that the hash changes only with the
 * password. */
export function passwordHash(name: string, password: string): string {
  const salt = sha256(Buffer.from(`ha-celery salt of ${name}: ${password}`)).subarray(0, 4);
  const digest = sha256(Buffer.concat([salt, Buffer.from(password)]));
  return Buffer.concat([salt, digest]).toString("base64");
}

/** The definitions with the generated passwords. Secret. */
export function definitionsOf(broker: ResolvedBroker, logins: pulumi.Output<Logins>): pulumi.Output<string> {
  return pulumi.secret(logins.apply((known) => definitionsJson(broker, known)));
}

/** Checksum of everything that a node reads only when it starts. Not secret, because it is a hash of salted hashes of
 * random passwords. */
export function checksum(broker: ResolvedBroker, definitions: pulumi.Output<string>): pulumi.Output<string> {
  const open = Object.values(configFiles(broker)).join("");
  return pulumi.unsecret(definitions.apply((json) => sha256(Buffer.from(open + json)).toString("hex")));
}

export function definitionsSecret(
  broker: ResolvedBroker,
  json: pulumi.Output<string>,
): k8s.core.v1.SecretArgs {
  return {
    metadata: { namespace: broker.namespace, labels: broker.labels },
    type: "Opaque",
    stringData: { [DEFINITIONS_FILE]: json },
  };
}

const sha256 = (data: Buffer) => createHash("sha256").update(data).digest();
