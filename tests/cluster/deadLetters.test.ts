import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ConfirmChannel } from "amqplib";
import { execa } from "execa";
import { localName, REPOSITORY } from "../../local/paths";
import { type Kill, POINTS } from "./killedReplay";
import { LettersBroker, outputOf, until } from "./lettersBroker";

interface Listed {
  readonly total: number;
  readonly letters: readonly Record<string, unknown>[];
}

interface Result {
  readonly replayed: readonly { id: string }[];
  readonly kept: readonly { id: string; why: string }[];
  readonly others: number;
}

const WORK = "publishing_app.work";
const FLEET = ["mail", "parked", "gone"];
/** Tasks that a worker of another version does not know. */
const WORKS = Array.from({ length: 20 }, (_, number) => `w-${number}`);
const BOTH_UNKNOWN = ["unknown-0", "unknown-1"];

describe("ha-celery dead-letters, with a real broker and real workers", () => {
  const broker = new LettersBroker(localName("letters", "broker"));
  let channel: ConfirmChannel;
  let reader: ConfirmChannel;
  const depth = async (queue: string, by = channel) => (await by.checkQueue(queue)).messageCount;
  const letters = () => depth("dead-letters", reader);
  const ids = async () =>
    (await broker.json<Listed>("dead-letters", "list", "--limit=1000")).letters.map(({ id }) => id);

  before(async () => {
    await broker.start(FLEET);
    channel = await broker.channel();
    reader = await broker.channel("dead-letters");
  });
  after(() => broker.stop());

  describe("of workers", () => {
    before(async () => {
      writeFileSync(
        join(broker.folder, "other_app.py"),
        'from ha_celery import create_app\napp = create_app("other")\n',
      );
      const stop = await broker.worker("mail", "other_app");
      await broker.publish(`
for number in range(20): app.send_task("${WORK}", (f"mail {number}",), task_id=f"w-{number}", queue="mail")
for number in range(2): app.send_task("publishing_app.unknown", (1,), {"to": "x"}, task_id=f"unknown-{number}", queue="mail")
`);
      await until("all are dead", async () => (await letters()) === 22);
      await stop();
      await broker.publish(`
app.send_task("${WORK}", ("late",), task_id="late", queue="parked", expires=1)
app.send_task("${WORK}", ("delayed",), task_id="delayed", queue="gone", countdown=1)`);
      await channel.deleteQueue("gone");
      await until("two more are dead", async () => (await letters()) === 24);
    });

    it("are listed with what Celery and RabbitMQ wrote, and stay as they are", async () => {
      const started = Date.now();
      const { total, letters: listed } = await broker.json<Listed>("dead-letters", "list");
      assert.equal(total, 24);
      const of = (id: string) => {
        const { diedAt, bytes, ...letter } = listed.find((each) => each.id === id) ?? {};
        assert.ok(Math.abs(Date.parse(String(diedAt)) - started) < 120_000, String(diedAt));
        assert.ok(Number(bytes) > 10);
        return letter;
      };
      const common = { deaths: 1, replays: 0, kwargs: "{}" };
      assert.deepEqual(of("w-3"), {
        id: "w-3",
        task: WORK,
        args: "('mail 3',)",
        queue: "mail",
        reason: "rejected",
        ...common,
      });
      const { expires, ...late } = of("late");
      assert.deepEqual(late, {
        id: "late",
        task: WORK,
        args: "('late',)",
        queue: "parked",
        reason: "expired",
        ...common,
      });
      assert.match(String(expires), /^20.*\+00:00$/);
      assert.deepEqual(of("delayed"), {
        id: "delayed",
        task: WORK,
        args: "('delayed',)",
        queue: "gone",
        reason: "expired",
        ...common,
      });
      for (let reads = 0; reads < 3; reads++) assert.equal(await ids().then((all) => all.length), 24);
    });

    it("are printed as a table, counted by task, and selected", async () => {
      const table = await broker.run("dead-letters", "list", "--task=publishing_app.unknown");
      assert.match(
        table.stdout,
        /unknown-0 +│ publishing_app.unknown +│ \(1,\) {'to': 'x'} +│ rejected +│ mail/,
      );
      assert.match(table.stdout, /\n2 of 24 dead letters$/);
      assert.equal(table.code, 0);
      const { groups } = await broker.json<{ groups: { count: number; queue: string }[] }>(
        "dead-letters",
        "list",
        "--summary",
      );
      assert.deepEqual(groups.map(({ count, queue }) => [count, queue]).sort(), [
        [1, "gone"],
        [1, "parked"],
        [2, "mail"],
        [20, "mail"],
      ]);
      assert.equal((await broker.json<Listed>("dead-letters", "list", "--older-than=1h")).letters.length, 0);
    });

    it("are shown with their body", async () => {
      const { stdout } = await broker.run("dead-letters", "show", "w-7");
      const shown = JSON.parse(stdout) as { body: unknown[]; headers: Record<string, unknown> };
      assert.deepEqual(shown.body.slice(0, 2), [["mail 7"], {}]);
      assert.equal(shown.headers["x-last-death-queue"], "mail");
      const none = await broker.run("dead-letters", "show", "nobody");
      assert.equal(none.code, 1);
      assert.match(none.stderr, /No dead letter has the id nobody/);
    });

    it("stay with --dry-run, and without a selection", async () => {
      const result = await broker.json<Result>("dead-letters", "replay", "--all", "--dry-run");
      assert.deepEqual([result.replayed.length, result.kept.map(({ id }) => id)], [23, ["late"]]);
      const none = await broker.run("dead-letters", "replay");
      assert.equal(none.code, 2);
      assert.match(none.stderr, /Say which dead letters to replay/);
      assert.equal(await letters(), 24);
      assert.equal(await depth("mail"), 0);
    });

    it("run under their ids when they are replayed to a worker that knows them", async () => {
      await broker.worker("mail");
      const one = await broker.run("dead-letters", "replay", "w-3");
      assert.equal(one.code, 0, one.stderr);
      assert.match(one.stdout, /^replayed 1 of 1 selected dead letters, 23 were not selected$/m);
      await until("one has run", () => broker.ran.includes("w-3"));
      const { code, stdout } = await broker.run("dead-letters", "replay", "--task", WORK);
      assert.equal(code, 1);
      assert.match(stdout, /stays: publishing_app.work\[late\]: it expired at .* --ignore-expires/);
      assert.match(stdout, /stays: publishing_app.work\[delayed\]: queue gone does not exist: .* --to/);
      assert.match(stdout, /^replayed 19 of 21 selected dead letters, 2 were not selected$/m);
      await until("all have run", () => new Set(broker.ran).size === WORKS.length);
      assert.deepEqual(broker.ran.filter((_, at) => at % 2 === 0).sort(), [...WORKS].sort());
      assert.deepEqual((await ids()).sort(), ["delayed", "late", ...BOTH_UNKNOWN]);
    });

    it("that die again are not replayed twice by one command, and say how often they were", async () => {
      const { replayed, kept } = await broker.json<Result>(
        "dead-letters",
        "replay",
        "--task=publishing_app.unknown",
      );
      assert.deepEqual([replayed.map(({ id }) => id), kept], [BOTH_UNKNOWN, []]);
      await until("both are dead again", async () => (await letters()) === 4);
      const { letters: listed } = await broker.json<Listed>("dead-letters", "list", "--reason=rejected");
      assert.deepEqual(
        listed.map(({ id, deaths, replays }) => [id, deaths, replays]),
        BOTH_UNKNOWN.map((id) => [id, 1, 1]),
      );
    });

    it("run although they have expired, or their queue is gone, if the user says so", async () => {
      const late = await broker.run("dead-letters", "replay", "late", "--ignore-expires", "--to=mail");
      const delayed = await broker.run("dead-letters", "replay", "delayed", "--to=mail");
      assert.deepEqual([late.code, delayed.code], [0, 0], late.stderr + delayed.stderr);
      await until("both have run", () => ["late", "delayed"].every((id) => broker.ran.includes(id)));
      assert.deepEqual(await ids(), BOTH_UNKNOWN);
    });

    it("are purged with consent only, and come back from an exported file", async () => {
      const [before, after] = ["before", "after"].map((name) => join(broker.folder, name)) as [
        string,
        string,
      ];
      assert.equal((await broker.run("dead-letters", "export", before)).code, 0);
      const again = await broker.run("dead-letters", "export", before);
      assert.equal(again.code, 2);
      const refused = outputOf(await broker.spawn(["dead-letters", "purge", "--all"]));
      assert.equal(refused.code, 2);
      assert.match(
        refused.stderr,
        /A purge of dead letters \(all\) of shop\/mq .* requires your consent: add --yes/,
      );
      const consent = ["dead-letters", "purge", "--all", "--yes", "--context=containers"];
      const guarded = outputOf(await broker.spawn(consent, { protected: true }));
      assert.equal(guarded.code, 2);
      assert.match(guarded.stderr, /is protected \(deletionProtection\).*--allow-protected/);
      assert.equal(await letters(), 2);
      assert.match((await broker.run(...consent)).stdout, /^2 dead letters deleted for good$/);
      assert.equal(await letters(), 0);
      assert.equal((await broker.run("dead-letters", "import", before)).code, 0);
      assert.equal((await broker.run("dead-letters", "export", after)).code, 0);
      assert.equal(readFileSync(after, "utf8"), readFileSync(before, "utf8"));
      assert.deepEqual(await ids(), BOTH_UNKNOWN);
      await reader.purgeQueue("dead-letters");
    });
  });

  describe("when a replay is killed", () => {
    const COUNT = 40;
    const publish = async (count = COUNT, first = 0) => {
      for (let number = first; number < first + count; number++)
        channel.publish("dead-letters", "counted", Buffer.from("[[], {}, {}]"), {
          contentType: "application/json",
          correlationId: `c-${number}`,
          headers: {
            id: `c-${number}`,
            task: WORK,
            "x-last-death-queue": number % 4 === 0 ? "other" : "counted",
          },
        });
      await channel.waitForConfirms();
    };
    /** How often each id is in the queue; the queue is empty afterwards. */
    const counts = async () => {
      const found = new Map<string, number>();
      for (let message; (message = await channel.get("counted", { noAck: true }));) {
        const id = String(message.properties.correlationId);
        found.set(id, (found.get(id) ?? 0) + 1);
      }
      return found;
    };
    const expected = Array.from({ length: COUNT }, (_, number) => `c-${number}`);
    const selected = expected.filter((_, number) => number % 4 !== 0);
    const others = expected.filter((_, number) => number % 4 === 0);

    beforeEach(async () => {
      await reader.purgeQueue("dead-letters");
      await channel.assertQueue("counted", { arguments: { "x-queue-type": "quorum" } });
      await channel.purgeQueue("counted");
      await publish();
    });

    for (const point of POINTS)
      it(`after a task was ${point}, nothing is lost and at most that one is there twice`, async () => {
        const { installation } = broker;
        const kill: Kill = {
          url: installation.secrets["mq-dead-letters"]?.["amqp-url"] ?? "",
          port: installation.ports[5671] ?? 0,
          account: {
            serverName: installation.serverName,
            authority: installation.secrets["mq-tls"]?.["ca.crt"],
          },
          point,
          at: 11,
        };
        const { signal, stderr } = await execa(
          process.execPath,
          ["--import=tsx", join(REPOSITORY, "tests/cluster/killedReplay.ts")],
          { env: { TEST_KILL: JSON.stringify(kill) }, reject: false, cwd: REPOSITORY },
        );
        assert.equal(signal, "SIGKILL", stderr);
        await until(
          "the broker has noticed",
          async () => (await letters()) + (await depth("counted")) >= COUNT,
        );
        const { replayed } = await broker.json<Result>("dead-letters", "replay", "--queue=counted");
        const found = await counts();
        assert.deepEqual([...found.keys()].sort(), [...selected].sort());
        const twice = [...found].filter(([, count]) => count > 1).map(([id]) => id);
        const eleventh = selected[10];
        assert.deepEqual(
          twice,
          {
            published: found.get(eleventh ?? "") === 2 ? [eleventh] : [],
            confirmed: [eleventh],
            removed: [],
          }[point],
        );
        assert.ok([...found.values()].every((count) => count <= 2));
        assert.equal(replayed.length, { published: 20, confirmed: 20, removed: 19 }[point]);
        assert.deepEqual(await ids(), others);
      });

    it("at any time, again and again", async () => {
      await publish(400, COUNT);
      let kills = 0;
      for (const after of [30, 100, 170]) {
        const command = broker.spawn(["dead-letters", "replay", "--queue=counted"]);
        await until(`${after} are replayed`, async () => (await depth("counted")) >= after);
        command.kill("SIGKILL");
        kills += (await command).signal === "SIGKILL" ? 1 : 0;
      }
      assert.equal(kills, 3);
      await until("the broker has noticed", async () => (await letters()) + (await depth("counted")) >= 440);
      assert.equal((await broker.run("dead-letters", "replay", "--queue=counted")).code, 0);
      const found = await counts();
      assert.equal(found.size, 330);
      const copies = [...found.values()].reduce((sum, count) => sum + count, 0);
      assert.ok(copies <= 330 + kills, `${copies} copies`);
      assert.equal(await letters(), 110);
    });

    it("by the broker, which ends the connection: it says so, and the next one continues", async () => {
      await publish(400, COUNT);
      const command = broker.spawn(["dead-letters", "replay", "--queue=counted"]);
      await until("some are replayed", async () => (await depth("counted")) >= 30);
      await broker.control("close_all_user_connections", "dead-letters", "test");
      const { code, stdout, stderr } = outputOf(await command);
      assert.equal(code, 1, stdout);
      assert.match(
        stdout + stderr,
        /The replay stopped after \d+ tasks: .*Nothing is lost; one task may be in dead-letters/,
      );
      reader = await broker.channel("dead-letters");
      assert.equal((await broker.run("dead-letters", "replay", "--queue=counted")).code, 0);
      const found = await counts();
      assert.equal(found.size, 330);
      assert.ok([...found.values()].reduce((sum, count) => sum + count, 0) <= 331);
    });
  });

  describe("that are read", () => {
    it("keep their order, however often they are read and returned", async () => {
      await reader.purgeQueue("dead-letters");
      const all = Array.from({ length: 3_500 }, (_, number) => `o-${number}`);
      for (const id of all) channel.publish("dead-letters", "any", Buffer.alloc(200), { headers: { id } });
      await channel.waitForConfirms();
      for (let reads = 0; reads < 2; reads++) {
        const listed = await broker.json<Listed>("dead-letters", "list", "--limit=5000");
        assert.deepEqual(
          listed.letters.map(({ id }) => id),
          all,
        );
      }
    });

    it("are not read from a broker with another name", async () => {
      const { code, stderr } = outputOf(
        await broker.spawn(["dead-letters", "list"], { serverName: "another.example.com" }),
      );
      assert.equal(code, 1);
      assert.match(stderr, /No broker of shop\/mq accepts a connection: .*another\.example\.com/);
    });
  });
});
