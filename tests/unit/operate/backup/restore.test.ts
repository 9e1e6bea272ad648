import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AmqpSession } from "../../../../operate/amqp/connection";
import type { Backup } from "../../../../operate/backup/file";
import { restore } from "../../../../operate/backup/restore";
import type { Installation } from "../../../../operate/cluster/installation";
import { sessionWith } from "../amqp/session";

const IDS = ["a", "b", "c", "d"];
const PROGRESS = "ha-celery-restore-B1";
const FINISHED = "ha-celery-restored-B1";
const DEFINITIONS = { exchanges: [], queues: [], bindings: [], policies: [], users: [], parameters: [] };

/** Brokers that keep the progress of restores, and the ids that were published. Workers take them at once. */
class FakeBrokers {
  readonly published: string[] = [];
  readonly lengths = new Map<string, number>();
  readonly exchanges = new Set<string>();

  get session(): AmqpSession {
    return sessionWith({
      on: () => undefined,
      // Not the lock.
      assertQueue: async (queue: string, { exclusive = false }) =>
        exclusive || this.lengths.set(queue, this.lengths.get(queue) ?? 0),
      deleteQueue: async (queue: string) => this.lengths.delete(queue),
      assertExchange: async (exchange: string) => this.exchanges.add(exchange),
      deleteExchange: async (exchange: string) => this.exchanges.delete(exchange),
      checkQueue: async (queue: string) => ({ messageCount: this.lengths.get(queue), consumerCount: 1 }),
      publish: (_: string, queue: string, body: Buffer, __: object, confirm: (error: null) => void) => {
        if (this.lengths.has(queue)) this.lengths.set(queue, (this.lengths.get(queue) ?? 0) + 1);
        else this.published.push(body.toString());
        setImmediate(confirm, null);
      },
    });
  }

  get installation(): Installation {
    const named = (names: Iterable<string>) => [...names].map((name) => ({ name, vhost: "celery" }));
    const exported = () => ({ exchanges: named(this.exchanges), queues: named(this.lengths.keys()) });
    const pod = { metadata: { name: "b-0" }, status: { conditions: [{ type: "Ready", status: "True" }] } };
    const brokers = {
      vhost: "celery",
      pods: async () => [pod],
      exec: async () => JSON.stringify(exported()),
    };
    return { brokers } as unknown as Installation;
  }
}

describe("restore --again", () => {
  const folder = mkdtempSync(join(tmpdir(), "restore-"));
  const file = join(folder, "backup.jsonl");
  const backup = { file, id: "B1", definitions: DEFINITIONS, messages: IDS.length } as unknown as Backup;
  before(() =>
    writeFileSync(
      file,
      IDS.map((id) => {
        const body = Buffer.from(id).toString("base64");
        return `${JSON.stringify({ key: id, queue: "mail", routingKey: "mail", properties: {}, body })}\n`;
      }).join(""),
    ),
  );
  after(() => rmSync(folder, { recursive: true }));

  const again = (brokers: FakeBrokers, stopAfter = Infinity) => {
    const stop = new AbortController();
    const { session } = brokers;
    return restore(brokers.installation, { application: session, deadLetters: session }, backup, {
      dryRun: false,
      again: true,
      signal: stop.signal,
      report: (done) => done >= stopAfter && stop.abort(),
    });
  };

  it("continues a restore that was stopped, and publishes nothing twice", async () => {
    const brokers = new FakeBrokers();
    brokers.exchanges.add(FINISHED);
    await again(brokers, 2);
    assert.equal(brokers.lengths.get(PROGRESS), 2);
    const rest = await again(brokers);
    assert.deepEqual(brokers.published, IDS);
    assert.deepEqual([rest.published, rest.present], [2, 2]);
  });

  it("publishes everything once more after a restore that has ended", async () => {
    const brokers = new FakeBrokers();
    await again(brokers);
    await again(brokers);
    assert.deepEqual(brokers.published, [...IDS, ...IDS]);
    assert.deepEqual([[...brokers.lengths.keys()], [...brokers.exchanges]], [[], [FINISHED]]);
  });
});
