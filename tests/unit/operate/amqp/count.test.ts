import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { countConsumers } from "../../../../operate/amqp/count";
import { BackupWriter, openBackup } from "../../../../operate/backup/file";
import { restore } from "../../../../operate/backup/restore";
import { takeBackup } from "../../../../operate/backup/take";
import type { Installation } from "../../../../operate/cluster/installation";
import { move } from "../../../../operate/migrate/move";
import { LateQueue } from "./lateQueue";

const { signal } = new AbortController();
const DEFINITIONS = { queues: [{ name: "mail", vhost: "celery", type: "quorum" }] };
const INSTALLATION = {
  ...{ namespace: "shop", name: "mq", pools: [{ metadata: { name: "mail-workers" } }] },
  brokers: {
    vhost: "celery",
    pods: async () => [
      { metadata: { name: "mq-0" }, status: { conditions: [{ type: "Ready", status: "True" }] } },
    ],
    exec: async () => JSON.stringify(DEFINITIONS),
  },
} as unknown as Installation;

describe("the consumers of a queue", () => {
  for (const messages of [0, 3])
    it(`are counted by its leader, also if it answers late and ${messages} tasks wait`, async () => {
      for (const consumers of [0, 2])
        for (const late of [0, 1, 3])
          assert.equal(
            await countConsumers(new LateQueue(messages, consumers, late).session, "mail"),
            consumers,
          );
    });

  it("get no task less while they are counted", async () => {
    const queue = new LateQueue(3, 0);
    await countConsumers(queue.session, "mail");
    assert.equal(queue.returned, 1);
    assert.deepEqual(queue.consumed, [{ priority: -1 }]);
  });

  it("are not asked for twice if the leader has answered", async () => {
    const queue = new LateQueue(3, 0, 0);
    assert.equal(await countConsumers(queue.session, "mail"), 0);
    assert.deepEqual(queue.consumed, []);
  });
});

describe("a queue whose leader answers late", () => {
  const folder = mkdtempSync(join(tmpdir(), "ha-celery-late-"));
  after(() => rmSync(folder, { recursive: true }));

  it("is not backed up while workers read it", async () => {
    const session = new LateQueue(3, 2).session;
    const file = join(folder, "taken");
    await assert.rejects(
      takeBackup(
        INSTALLATION,
        { application: session, deadLetters: session },
        { file, queues: ["mail"], signal },
      ),
      /Queue mail has 2 consumers.*kubectl scale deployment mail-workers --replicas=0/,
    );
  });

  it("is not read by a restore while workers read it", async () => {
    const file = join(folder, "restored");
    const none = { exchanges: [], queues: [], bindings: [], policies: [], users: [], parameters: [] };
    await (await BackupWriter.create(file, { installation: "shop/mq", vhost: "celery" }, none)).finish();
    const queue = new LateQueue(3, 2);
    const sessions = { application: queue.session, deadLetters: queue.session };
    await restore(INSTALLATION, sessions, await openBackup(file), { dryRun: true, again: false, signal });
    // The one that counts the others.
    assert.deepEqual(queue.consumed, [{ priority: -1 }]);
  });

  it("still has its tasks and consumers at the end of a migration", async () => {
    const queue = new LateQueue(5, 1);
    const options = { idleSeconds: 0.1, signal };
    const target = new LateQueue(0, 0, 0);
    const { remaining, consumers } = await move(
      queue.session,
      target.session,
      { from: "mail", to: "post" },
      options,
    );
    assert.deepEqual([remaining, consumers], [5, 1]);
  });
});
