import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { ConfirmChannel } from "amqplib";
import { localName } from "../../local/paths";
import { LettersBroker, outputOf, until } from "./lettersBroker";

interface Taken {
  readonly queues: Readonly<Record<string, number>>;
  readonly messages: number;
  readonly arrived: number;
}

interface Restored {
  readonly created: Readonly<Record<string, number>>;
  readonly missingUsers: readonly string[];
  readonly published: number;
  readonly present: number;
  readonly complete: boolean;
}

const WORK = "publishing_app.work";
const FLEET = ["mail", "reports"];
const CONSENT = ["--yes", "--context=containers"];
const DELAY_SECONDS = 60;
const named = (name: string, count: number) =>
  Array.from({ length: count }, (_, number) => `${name}-${number}`);

describe("ha-celery backup and restore, with real brokers and real workers", () => {
  const brokers: LettersBroker[] = [];
  /** Starts a broker with the product's definitions, and nothing else. */
  const install = async (name: string) => {
    const broker = new LettersBroker(localName("backup", name));
    brokers.push(broker);
    await broker.start(FLEET);
    return broker;
  };
  let first: LettersBroker;
  let second: LettersBroker;
  let channel: ConfirmChannel;
  let file: string;
  let dueAt = 0;
  const depth = async (queue: string) => (await channel.checkQueue(queue)).messageCount;
  const linesOf = (path: string) =>
    readFileSync(path, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  before(async () => {
    first = await install("first");
    channel = await first.channel();
    file = join(first.folder, "backup.jsonl");
  });
  after(async () => {
    for (const broker of brokers) await broker.stop();
  });

  describe("of an installation whose workers are stopped", () => {
    before(async () => {
      const stop = await first.worker("mail,reports");
      const refused = await first.run("backup", file, "--queue=mail");
      assert.equal(refused.code, 2);
      assert.match(
        refused.stderr,
        /Queue mail has 1 consumers.*kubectl scale deployment mail-workers --replicas=0/,
      );
      await first.publish(`
for number in range(2): app.send_task("publishing_app.unknown", (1,), task_id=f"unknown-{number}", queue="mail")
`);
      await until("two are dead", async () => (await depth("dead-letters")) === 2);
      await stop();
      dueAt = Date.now() + DELAY_SECONDS * 1000;
      await first.publish(`
for number in range(30): app.send_task("${WORK}", (f"mail {number}",), task_id=f"mail-{number}", queue="mail")
for number in range(10): app.send_task("${WORK}", (f"report {number}",), task_id=f"report-{number}", queue="reports")
for number in range(3): app.send_task("${WORK}", (f"soon {number}",), task_id=f"soon-{number}", queue="mail", countdown=2)
for number in range(3): app.send_task("${WORK}", (f"later {number}",), task_id=f"later-{number}", queue="reports", countdown=${DELAY_SECONDS})
app.send_task("${WORK}", ("expiring",), task_id="expiring", queue="mail", expires=3600)
`);
      await channel.assertExchange("orders", "topic", { durable: true });
      await channel.bindQueue("reports", "orders", "orders.*");
      await first.control("set_policy", "-p", "celery", "mine", "^reports$", '{"max-length":100000}');
      await first.control("add_user", "auditor", "secret-of-auditor");
      await first.control("set_permissions", "-p", "celery", "auditor", "^$", "^$", ".*");
    });

    it("has the definitions and all tasks, of which none is lost or twice, and no password", async () => {
      const taken = await first.json<Taken>("backup", file, "--all-queues");
      assert.equal(taken.messages, 49);
      assert.equal(taken.arrived, 0);
      assert.equal(statSync(file).mode & 0o777, 0o600);
      const text = readFileSync(file, "utf8");
      assert.doesNotMatch(text, /password|secret-of-auditor/);
      const keys = linesOf(file).flatMap(({ key }) => (key === undefined ? [] : [String(key)]));
      assert.deepEqual(
        [...keys].sort(),
        [
          ...named("mail", 30),
          ...named("report", 10),
          ...named("soon", 3),
          ...named("later", 3),
          ...named("unknown", 2),
          "expiring",
        ].sort(),
      );
    });

    it("leaves the tasks in their queues and their order", async () => {
      const again = join(first.folder, "again.jsonl");
      await first.json<Taken>("backup", again, "--queue=mail", "--queue=dead-letters");
      const keysOf = (path: string, queue: string) =>
        linesOf(path)
          .filter((line) => line.queue === queue)
          .map(({ key }) => key);
      for (const queue of ["mail", "dead-letters"])
        assert.deepEqual(keysOf(again, queue), keysOf(file, queue));
      assert.deepEqual(keysOf(again, "reports"), []);
      assert.equal((await first.run("backup", again)).code, 2);
      const none = await first.run("backup", join(first.folder, "none"), "--queue=mial");
      assert.match(none.stderr, /There is no queue "mial"\. Use one of: .*mail/);
    });
  });

  describe("into an installation that was made anew", () => {
    let cut: string;

    before(async () => {
      const kept = readFileSync(file);
      await first.stop();
      brokers.length = 0;
      second = await install("second");
      channel = await second.channel();
      file = join(second.folder, "backup.jsonl");
      cut = join(second.folder, "cut.jsonl");
      writeFileSync(file, kept);
      writeFileSync(cut, kept.subarray(0, kept.length - 200));
    });

    it("needs consent, and a complete file", async () => {
      const refused = outputOf(await second.spawn(["restore", file]));
      assert.equal(refused.code, 2);
      assert.match(
        refused.stderr,
        /A restore of 49 tasks, saved from shop\/mq at .* requires your consent: add --yes/,
      );
      const broken = await second.run("restore", cut, ...CONSENT);
      assert.equal(broken.code, 2);
      assert.match(broken.stderr, /is not JSON|is incomplete/);
    });

    it("shows with --dry-run what it would do, and changes nothing", async () => {
      const shown = await second.json<Restored>("restore", file, "--dry-run");
      assert.equal(shown.published, 49);
      assert.deepEqual(shown.missingUsers, ["auditor"]);
      assert.ok((shown.created.queues ?? 0) >= 30, JSON.stringify(shown.created));
      assert.doesNotMatch(await second.control("list_queues", "-p", "celery", "name"), /mail/);
    });

    it("brings all tasks back, once, however often it runs", async () => {
      const restored = await second.json<Restored>("restore", file, ...CONSENT);
      assert.deepEqual([restored.published, restored.present, restored.complete], [49, 0, false]);
      // With those that were delayed until now.
      const mails = await depth("mail");
      assert.ok(mails >= 31, String(mails));
      assert.match(await second.control("list_policies", "-p", "celery"), /mine.*reports/);
      assert.match(await second.control("list_bindings", "-p", "celery"), /orders.*reports.*orders\.\*/);
      const again = await second.json<Restored>("restore", file, ...CONSENT);
      assert.deepEqual([again.published, again.present, again.complete], [0, 49, true]);
      // Its tasks wait, so they are known by their ids.
      const forced = await second.json<Restored>("restore", file, "--again", ...CONSENT);
      assert.deepEqual([forced.published, forced.present], [0, 49]);
    });

    it("lets the tasks run, the delayed ones when they are due", async () => {
      await second.worker("mail,reports");
      const expected = [
        ...named("mail", 30),
        ...named("report", 10),
        ...named("soon", 3),
        ...named("later", 3),
        "expiring",
      ];
      await until("all have run", () => new Set(second.ran).size >= expected.length);
      for (const { id, time } of second.entries)
        if (id.startsWith("later")) assert.ok(time * 1000 >= dueAt, `${id} ran too early`);
      await setTimeout(2_000);
      // Each notes its beginning and its end.
      const counts = new Map<string, number>();
      for (const id of second.ran) counts.set(id, (counts.get(id) ?? 0) + 1);
      assert.deepEqual([...counts.keys()].sort(), [...expected].sort());
      assert.deepEqual([...new Set(counts.values())], [2]);
      const after = await second.json<Restored>("restore", file, ...CONSENT);
      assert.deepEqual([after.published, after.complete], [0, true]);
      const { letters } = await second.json<{ letters: { id: string; reason: string; queue: string }[] }>(
        "dead-letters",
        "list",
      );
      assert.deepEqual(
        letters.map(({ id, reason, queue }) => [id, reason, queue]),
        named("unknown", 2).map((id) => [id, "rejected", "mail"]),
      );
    });
  });

  describe("that is killed while a worker takes what is back", () => {
    const COUNT = 300;

    it("continues: nothing is lost, and at most one task for each kill is there twice", async () => {
      await channel.assertQueue("counted", { arguments: { "x-queue-type": "quorum" } });
      for (const id of named("c", COUNT))
        channel.publish("", "counted", Buffer.from("[[], {}, {}]"), {
          contentType: "application/json",
          correlationId: id,
          headers: { id, task: WORK },
        });
      await channel.waitForConfirms();
      const counted = join(second.folder, "counted.jsonl");
      await second.json<Taken>("backup", counted, "--queue=counted");
      await channel.purgeQueue("counted");
      const found = new Map<string, number>();
      await channel.consume(
        "counted",
        (message) => {
          const id = String(message?.properties.correlationId);
          found.set(id, (found.get(id) ?? 0) + 1);
        },
        { noAck: true },
      );
      let kills = 0;
      for (const after of [40, 120, 200]) {
        const command = second.spawn(["restore", counted, ...CONSENT]);
        await until(`${after} are back`, () => found.size >= after);
        command.kill("SIGKILL");
        kills += (await command).signal === "SIGKILL" ? 1 : 0;
      }
      assert.equal(kills, 3);
      const last = await second.json<Restored>("restore", counted, ...CONSENT);
      assert.equal(last.published + last.present, COUNT);
      await until("all are there", () => found.size === COUNT);
      const copies = [...found.values()].reduce((sum, count) => sum + count, 0);
      assert.ok(copies <= COUNT + kills, `${copies} copies`);
      assert.ok([...found.values()].every((count) => count <= 2));
      assert.doesNotMatch(await second.control("list_queues", "-p", "celery", "name"), /ha-celery-restore/);
    });
  });
});
