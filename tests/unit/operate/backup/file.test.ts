import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BackupWriter, messagesOf, openBackup } from "../../../../operate/backup/file";
import { readingOrder } from "../../../../operate/backup/snapshot";
import { queuesOf } from "../../../../operate/backup/take";
import { deadLetter } from "../deadLetters/message";

const ABOUT = { installation: "shop/mq", vhost: "celery" };
const NONE = { exchanges: [], queues: [], bindings: [], policies: [], users: [], parameters: [] };

describe("a backup's file", () => {
  const folder = mkdtempSync(join(tmpdir(), "ha-celery-backup-"));
  let file: string;
  let number = 0;
  beforeEach(async () => {
    file = join(folder, `${number++}.jsonl`);
    const writer = await BackupWriter.create(file, ABOUT, NONE);
    for (const id of ["a", "b\u2028c", "d"]) await writer.add("mail", deadLetter({ id }));
    await writer.finish();
  });
  after(() => rmSync(folder, { recursive: true }));

  it("is read as it was written, and only by its owner", async () => {
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const backup = await openBackup(file);
    assert.equal(backup.messages, 3);
    assert.equal(backup.installation, "shop/mq");
    const keys: string[] = [];
    for await (const { key } of messagesOf(backup)) keys.push(key);
    assert.deepEqual(keys, ["a", "b\u2028c", "d"]);
  });

  it("is not overwritten", async () => {
    await assert.rejects(
      BackupWriter.create(file, ABOUT, NONE),
      /cannot be created: .*Name a file that does not exist/,
    );
  });

  it("is refused if a part of it is missing, or it is another file", async () => {
    const text = readFileSync(file, "utf8");
    const lines = text.split("\n");
    const without = (at: number) => lines.filter((_, each) => each !== at).join("\n");
    const CASES: [string, RegExp][] = [
      [text.slice(0, -20), /is not JSON/],
      [without(5), /is incomplete: it ends after 3 messages/],
      [without(3), /is incomplete: it ends after 2 messages/],
      [without(0), /Line 1 of .* does not begin a backup of ha-celery/],
      ["", /is incomplete/],
      [text.replace('"version":1', '"version":2'), /has version 2, but this ha-celery reads version 1/],
      [`${text}{"messages":3}\n`, /comes after the last line/],
    ];
    for (const [content, message] of CASES) {
      writeFileSync(file, content);
      await assert.rejects(openBackup(file), message);
    }
    await assert.rejects(openBackup(join(folder, "none")), /cannot be read/);
  });
});

describe("the queues of a backup", () => {
  const queues = [
    { name: "mail", type: "quorum" },
    { name: "celery_delayed_3", type: "quorum" },
    { name: "dead-letters", type: "quorum" },
    { name: "audit", arguments: { "x-queue-type": "stream" } },
  ];

  it("are all but streams, or those that are named with the delayed tasks", () => {
    assert.deepEqual(queuesOf({ queues }, "all"), ["mail", "celery_delayed_3", "dead-letters"]);
    assert.deepEqual(queuesOf({ queues }, ["mail"]), ["mail", "celery_delayed_3"]);
    assert.deepEqual(queuesOf({ queues }, ["dead-letters"]), ["dead-letters"]);
    assert.deepEqual(queuesOf({ queues }, []), []);
    assert.throws(
      () => queuesOf({ queues }, ["mial"]),
      /There is no queue "mial"\. Use one of: celery_delayed_3/,
    );
  });

  it("are read in the order in which tasks move", () => {
    assert.deepEqual(
      readingOrder([
        "mail",
        "celery_delayed_3",
        "dead-letters",
        "celery_delayed_27",
        "audit",
        "celery_delayed_0",
      ]),
      ["celery_delayed_27", "celery_delayed_3", "celery_delayed_0", "audit", "mail", "dead-letters"],
    );
  });
});
