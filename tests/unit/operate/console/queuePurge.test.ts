import assert from "node:assert/strict";
import type { V1Deployment } from "@kubernetes/client-node";
import type { Brokers } from "../../../../operate/cluster/brokers";
import { queueWrites } from "../../../../operate/console/queuePurge";
import { UserError } from "../../../../operate/errors";

const POOL = {
  spec: {
    template: {
      spec: { containers: [{ name: "worker", env: [{ name: "HA_CELERY_QUEUES", value: "mail" }] }] },
    },
  },
} as V1Deployment;
const QUEUES = ["mail", "audit", "dead-letters"].map((name) => ({ name, messages: 12, unacknowledged: 3 }));

describe("a purge of a queue by the page of the console", () => {
  let commands: string[];
  beforeEach(() => {
    commands = [];
  });

  const brokers = {
    vhost: "jobs",
    queues: async () => QUEUES,
    pods: async () => [
      { metadata: { name: "mq-0" }, status: { conditions: [{ type: "Ready", status: "True" }] } },
    ],
    exec: async (_: object, ...command: string[]) => (commands.push(command.join(" ")), ""),
  } as unknown as Brokers;

  const purge = (body: object, { isProtected = false, allowProtected = false } = {}) => {
    const installation = { namespace: "shop", name: "mq", protected: isProtected, pools: [POOL], brokers };
    const write = queueWrites(async () => installation, { context: "prod", allowProtected });
    return write["queues/purge"]?.({ ...body }) ?? assert.fail();
  };

  it("runs the same command as `ha-celery queues purge`, and asks for the context before", async () => {
    const { what, consent, run } = await purge({ queue: "mail" });
    assert.deepEqual([what, consent], ["purge queue mail (9 tasks)", "prod"]);
    assert.deepEqual(commands, []);
    assert.deepEqual(await run(), { text: "queue mail: about 9 tasks deleted for good" });
    assert.deepEqual(commands, ["rabbitmqctl --quiet purge_queue -p jobs mail"]);
  });

  it("is refused for what the command refuses", async () => {
    for (const [queue, message] of [
      ["dead-letters", /Purge it with: npx ha-celery dead-letters purge/],
      ["audit", /audit is a queue of no worker pool \(queues of pools: mail\)/],
      ["nonsense", /There is no queue "nonsense"\. Use one of: audit, dead-letters, mail\./],
      [undefined, /Name a queue/],
    ] as const)
      await assert.rejects(async () => purge({ queue }), message);
    await assert.rejects(async () => purge({ queue: "audit", otherQueue: true }), UserError);
    assert.deepEqual(commands, []);
  });

  it("is refused in a protected installation, unless the command allows it", async () => {
    await assert.rejects(
      async () => purge({ queue: "mail" }, { isProtected: true }),
      /shop\/mq is protected .* start the console with --allow-protected\.$/,
    );
    await (await purge({ queue: "mail" }, { isProtected: true, allowProtected: true })).run();
    assert.equal(commands.length, 1);
  });
});
