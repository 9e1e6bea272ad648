import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { ConfirmChannel } from "amqplib";
import { localName } from "../../local/paths";
import { type Moved, WINDOW } from "../../operate/migrate/move";
import { SOURCE_VARIABLE } from "../../operate/migrate/source";
import { LettersBroker, outputOf, until } from "./lettersBroker";
import { MirroredBrokers } from "./mirroredBrokers";

interface Migrated {
  readonly queues: readonly Moved[];
  readonly moved: number;
  readonly remaining: number;
}

const TASK = "publishing_app.take";
const CONSENT = ["--yes", "--context=containers"];
const BACKLOG = 300;
const RATE_MS = 50;
const ETA_SECONDS = 90;

/** Publishes a task as Celery does. */
async function publish(channel: ConfirmChannel, id: string, headers: object = {}): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    channel.publish(
      "",
      "mail",
      Buffer.from(JSON.stringify([[id], {}, { callbacks: null, errbacks: null, chain: null, chord: null }])),
      {
        contentType: "application/json",
        contentEncoding: "utf-8",
        correlationId: id,
        deliveryMode: 2,
        priority: 0,
        headers: {
          lang: "py",
          task: TASK,
          id,
          root_id: id,
          argsrepr: `('${id}',)`,
          kwargsrepr: "{}",
          ...headers,
        },
      },
      (error: unknown) => (error ? reject(new Error(String(error))) : resolve()),
    );
  });
}

describe("ha-celery migrate, from two nodes of RabbitMQ 3.10 with mirrored queues", () => {
  const old = new MirroredBrokers(localName("migrate", "old"));
  const broker = new LettersBroker(localName("migrate", "broker"));
  let before310: ConfirmChannel;
  let ours: ConfirmChannel;
  /** Ids that either side has confirmed. */
  const confirmed = new Set<string>();
  let eta = 0;

  before(async () => {
    await old.start();
    await broker.start(["mail"]);
    await broker.worker("mail");
    before310 = await old.channel();
    ours = await broker.channel();
    await before310.assertQueue("mail", { durable: true });
    process.env[SOURCE_VARIABLE] = old.url;
  });
  after(async () => {
    process.env[SOURCE_VARIABLE] = "";
    await broker.stop();
    await old.stop();
  });

  const publishing = (channel: ConfirmChannel, name: string) => {
    let goesOn = true;
    const done = (async () => {
      for (let number = 0; goesOn; number++) {
        const id = `${name}-${number}`;
        await publish(channel, id);
        confirmed.add(id);
        await setTimeout(RATE_MS);
      }
    })();
    return async () => {
      goesOn = false;
      await done;
    };
  };

  it("refuses to begin without a URL, a queue, and consent, and never prints the password", async () => {
    const file = join(broker.folder, "source");
    writeFileSync(file, "http://my_user:my_pass@old");
    const REFUSED: [string[], number, RegExp][] = [
      [["--queue=mail", `--source-file=${file}`, ...CONSENT], 2, /has no URL of a RabbitMQ/],
      [[...CONSENT], 2, /Say which queues to move/],
      [["--queue=mail", "--yes"], 2, /--yes requires --context/],
      [
        ["--queue=mial", ...CONSENT],
        2,
        /The other RabbitMQ has no queue "mial" that the user may read: .*404/,
      ],
      [["--queue=mail", "--to=post", ...CONSENT], 2, /The installation has no queue "post"/],
    ];
    for (const [words, code, message] of REFUSED) {
      const output = await broker.run("migrate", ...words);
      assert.match(output.stderr, message);
      assert.equal(output.code, code);
      assert.doesNotMatch(output.stderr, /my_pass/);
    }
    const queues = await old.control("list_queues", "-p", "my_vhost", "name", "slave_pids");
    assert.match(queues, /mail\s+\[<rabbit@/, "the queue is not mirrored");
  });

  it("moves everything under load on both sides, also if it is killed: lost 0", async () => {
    for (let number = 0; number < BACKLOG; number++) {
      await publish(before310, `backlog-${number}`);
      confirmed.add(`backlog-${number}`);
    }
    eta = Date.now() + ETA_SECONDS * 1000;
    for (const id of ["eta-0", "eta-1"]) {
      await publish(before310, id, { eta: new Date(eta).toISOString() });
      confirmed.add(id);
    }
    const publishers = [publishing(before310, "there"), publishing(ours, "here")];
    const killed = broker.spawn(["migrate", "--queue=mail", "--follow", ...CONSENT]);
    await until("some have moved", () => new Set(broker.ran).size > 50);
    killed.kill("SIGKILL");
    assert.equal((await killed).signal, "SIGKILL");
    const bridges = async () => (await before310.checkQueue("mail")).consumerCount;
    await until("the old brokers have noticed", async () => (await bridges()) === 0);
    const following = broker.spawn(["migrate", "--queue=mail", "--follow", "--json", ...CONSENT]);
    await until("the next one has begun", async () => (await bridges()) === 1);
    await until("the backlog has run", () => new Set(broker.ran).size > BACKLOG);
    await setTimeout(2_000);
    for (const stop of publishers) await stop();
    following.kill("SIGINT");
    const { code, stdout, stderr } = outputOf(await following);
    assert.equal(code, 0, stderr);
    const during = JSON.parse(stdout) as Migrated;
    assert.ok(during.moved > 0);
    const last = await broker.json<Migrated>("migrate", "--queue=mail", "--idle=3", ...CONSENT);
    assert.equal(last.remaining, 0);
    assert.equal((await before310.checkQueue("mail")).messageCount, 0);

    await until("all have run", () => new Set(broker.ran).size === confirmed.size);
    const counts = new Map<string, number>();
    for (const id of broker.ran) counts.set(id, (counts.get(id) ?? 0) + 1);
    const lost = [...confirmed].filter((id) => !counts.has(id));
    assert.deepEqual(lost, []);
    const twice = [...counts.values()].reduce((sum, count) => sum + count - 1, 0);
    assert.ok(twice <= WINDOW, `${twice} ran twice`);
    console.log(`      ${confirmed.size} tasks, lost ${lost.length}, ${twice} ran twice`);
  });

  it("keeps a task with an eta in the brokers until it is due", () => {
    for (const { id, time } of broker.entries)
      if (id.startsWith("eta")) assert.ok(time * 1000 >= eta, `${id} ran too early`);
  });
});
