import assert from "node:assert/strict";
import {
  chunksOf,
  definitionsOf,
  missingFrom,
  withoutRestores,
} from "../../../../operate/backup/definitions";

const queue = (name: string, type = "quorum") => ({
  name,
  durable: true,
  auto_delete: false,
  type,
  arguments: { "x-queue-type": type },
});
const inVhost = <T extends object>(object: T, vhost = "celery") => ({ ...object, vhost });

const EXPORTED = {
  rabbitmq_version: "4.3.6",
  users: [
    { name: "celery", password_hash: "HASH", hashing_algorithm: "sha256", tags: [] },
    { name: "monitoring", password_hash: "HASH", tags: ["monitoring"] },
    { name: "elsewhere", password_hash: "HASH", tags: [] },
  ],
  permissions: [
    { user: "celery", vhost: "celery", configure: ".*", write: ".*", read: ".*" },
    { user: "monitoring", vhost: "celery", configure: "^$", write: "^$", read: "^$" },
    { user: "elsewhere", vhost: "other", configure: ".*", write: ".*", read: ".*" },
  ],
  parameters: [
    inVhost({ component: "shovel", name: "old", value: { "src-uri": "amqp://me:SECRET@old" } }),
    inVhost({ component: "shovel", name: "not-ours", value: {} }, "other"),
  ],
  queues: [inVhost(queue("mail")), inVhost(queue("mail"), "other"), inVhost(queue("ha-celery-restore-1"))],
  exchanges: [
    inVhost({ name: "orders", type: "topic", durable: true, arguments: {} }),
    inVhost({ name: "ha-celery-restored-1", type: "fanout", durable: true, arguments: {} }),
  ],
  bindings: [inVhost({ source: "orders", destination: "mail", routing_key: "a", arguments: { x: 1, y: 2 } })],
  policies: [inVhost({ name: "mine", pattern: "^mail", definition: { "max-length": 10 } })],
};
const saved = definitionsOf(EXPORTED, "celery");

describe("the definitions of a backup", () => {
  it("are those of its virtual host, without its name, passwords, and values of parameters", () => {
    assert.deepEqual(withoutRestores(saved).queues, [queue("mail")]);
    assert.deepEqual(
      withoutRestores(saved).exchanges.map(({ name }) => name),
      ["orders"],
    );
    assert.deepEqual(saved.users, [
      { name: "celery", tags: [], configure: ".*", write: ".*", read: ".*" },
      { name: "monitoring", tags: ["monitoring"], configure: "^$", write: "^$", read: "^$" },
    ]);
    assert.deepEqual(saved.parameters, ["shovel old"]);
    assert.doesNotMatch(JSON.stringify(saved), /HASH|SECRET|vhost/);
  });

  it("are missing if no object has the name, or no binding is the same", () => {
    const present = definitionsOf(
      {
        ...EXPORTED,
        users: EXPORTED.users.slice(0, 1),
        permissions: EXPORTED.permissions.slice(0, 1),
        queues: [inVhost(queue("mail", "classic"))],
        exchanges: [],
        // The order of keys says nothing.
        bindings: [
          inVhost({ destination: "mail", source: "orders", arguments: { y: 2, x: 1 }, routing_key: "a" }),
        ],
        policies: [inVhost({ name: "other", pattern: ".", definition: {} })],
      },
      "celery",
    );
    const missing = missingFrom(withoutRestores(saved), present);
    assert.deepEqual(
      [missing.exchanges.length, missing.queues.length, missing.bindings.length, missing.policies.length],
      [1, 0, 0, 1],
    );
    assert.deepEqual(missing.users, ["monitoring"]);
    assert.deepEqual(missing.different, ["queue mail"]);
  });

  it("are imported in parts that fit into an argument, queues before bindings, in the virtual host of the target", () => {
    const many = Array.from({ length: 2_000 }, (_, number) => queue(`q-${number}`));
    const chunks = chunksOf(
      {
        exchanges: [],
        queues: many,
        bindings: [{ source: "orders", destination: "q-1" }],
        policies: [],
        users: [],
        different: [],
      },
      "other",
    );
    assert.ok(chunks.length > 1);
    for (const chunk of chunks) assert.ok(JSON.stringify(chunk).length < 90_000);
    assert.equal(chunks.flatMap(({ queues = [] }) => queues).length, 2_000);
    assert.equal(chunks[0]?.queues?.[0]?.vhost, "other");
    assert.deepEqual(Object.keys(chunks.at(-1) ?? {}), ["queues", "bindings"]);
    assert.deepEqual(
      chunksOf({ exchanges: [], queues: [], bindings: [], policies: [], users: [], different: [] }, "v"),
      [],
    );
  });
});
