import assert from "node:assert/strict";
import type { ConfirmChannel } from "amqplib";
import { localName } from "../../local/paths";
import type { QueueDetails } from "../../operate/queues/details";
import type { PeekedTask } from "../../operate/queues/peek";
import type { Queues } from "../../operate/queues/read";
import { LettersBroker, outputOf, until } from "./lettersBroker";

const QUORUM = { arguments: { "x-queue-type": "quorum" } };
/** The end of Erlang's notation of a binary must not end the script. */
const ODD = `it's "odd">>, \\ and ü`;

describe("ha-celery queues, with a real broker", () => {
  const broker = new LettersBroker(localName("queues", "broker"));
  let channel: ConfirmChannel;
  const row = async (queue: string) =>
    (await broker.json<Queues>("queues", "--over=0s")).queues.find(({ name }) => name === queue);

  before(async () => {
    await broker.start(["mail"]);
    channel = await broker.channel();
    for (const queue of ["mail", "audit", ODD]) await channel.assertQueue(queue, QUORUM);
    for (const queue of ["mail", ODD])
      for (let number = 0; number < 6; number++)
        channel.publish("", queue, Buffer.from("[[], {}, {}]"), {
          correlationId: `q-${number}`,
          headers: { id: `q-${number}`, task: "orders.send", argsrepr: `(${number},)`, kwargsrepr: "{}" },
        });
    channel.publish("", "audit", Buffer.from([0xff]), {
      headers: { bytes: Buffer.from([0xff, 0xfe]), list: [1, null] },
    });
    await channel.waitForConfirms();
    await channel.prefetch(2);
    await channel.consume("mail", () => undefined);
  });
  after(() => broker.stop());

  it("are listed with their tasks, copies, leader, and consumers", async () => {
    await until("the broker has counted", async () => (await row("mail"))?.consumers === 1);
    const { leader, ...mail } = (await row("mail")) ?? {};
    assert.deepEqual(mail, {
      name: "mail",
      ready: 4,
      unacknowledged: 2,
      returning: 0,
      consumers: 1,
      online: 1,
      copies: 1,
      ratesUnknown: "worker pool mail-workers: no worker that has started serves metrics",
    });
    assert.ok(leader);
    assert.equal((await row("audit"))?.consumers, 0);
    const { stdout, code } = await broker.run("queues", "list");
    assert.match(stdout, /│ mail +│ 4 +│ 2 +│ 0 +│ 1 +│ 1 of 1 +│ .*│ - +│ - +│/);
    assert.equal(code, 0);
  });

  it("are shown with the address of each consumer", async () => {
    const { consumers, policy, deliveryLimit, copies } = await broker.json<QueueDetails>(
      "queues",
      "show",
      "mail",
    );
    assert.equal(consumers.length, 1);
    assert.equal(consumers[0]?.prefetch, 2);
    assert.match(consumers[0]?.from ?? "", /^\d+\.\d+\.\d+\.\d+$/);
    assert.deepEqual([policy, deliveryLimit, copies.length], ["tasks", "20", 1]);
    const none = await broker.run("queues", "show", "mial");
    assert.equal(none.code, 2);
    assert.match(none.stderr, /There is no queue "mial". Use one of: audit, dead-letters, .*mail\./);
  });

  it("show their first tasks, without delivering them, also beside a consumer", async () => {
    for (let reads = 0; reads < 3; reads++) {
      const tasks = await broker.json<PeekedTask[]>("queues", "peek", "mail", "--limit=3");
      assert.deepEqual(
        tasks.map(({ id, task, args, deliveries, bytes }) => [id, task, args, deliveries, bytes]),
        [2, 3, 4].map((number) => [`q-${number}`, "orders.send", `(${number},)`, 0, 12]),
      );
    }
    assert.equal((await broker.json<PeekedTask[]>("queues", "peek", ODD)).length, 6);
    const [foreign] = await broker.json<PeekedTask[]>("queues", "peek", "audit");
    assert.deepEqual(foreign?.headers, { bytes: "//4=", list: [1, null] });
    assert.match((await broker.run("queues", "peek", "mail")).stdout, /│ q-2 +│ orders.send +│ \(2,\)/);
    assert.equal((await broker.run("queues", "peek", "dead-letters")).stdout, "no task waits in the queue");
  });

  it("are purged with consent only; tasks that workers hold stay", async () => {
    const consent = ["--yes", "--context=containers"];
    const refused: [string[], RegExp][] = [
      [["mail"], /A purge of queue mail \(4 tasks\) of shop\/mq .* requires your consent: add --yes/],
      [["mail", "--yes"], /--yes requires --context/],
      [
        ["audit", ...consent],
        /audit is a queue of no worker pool \(queues of pools: mail\)\. .*--other-queue/,
      ],
      [["dead-letters", ...consent], /Purge it with: npx ha-celery dead-letters purge/],
    ];
    for (const [words, message] of refused) {
      const { code, stderr } = outputOf(await broker.spawn(["queues", "purge", ...words]));
      assert.equal(code, 2);
      assert.match(stderr, message);
    }
    const guarded = outputOf(
      await broker.spawn(["queues", "purge", "mail", ...consent], { protected: true }),
    );
    assert.equal(guarded.code, 2);
    assert.match(guarded.stderr, /shop\/mq is protected \(deletionProtection\).*--allow-protected/);
    assert.equal((await row("mail"))?.ready, 4);

    const purged = await broker.run("queues", "purge", "mail", ...consent);
    assert.match(purged.stdout, /^queue mail: about 4 tasks deleted for good$/);
    await until("it is empty", async () => (await row("mail"))?.ready === 0);
    assert.equal((await row("mail"))?.unacknowledged, 2);
    assert.equal((await broker.run("queues", "purge", "audit", "--other-queue", ...consent)).code, 0);
    assert.equal((await channel.checkQueue("audit")).messageCount, 0);
  });
});
