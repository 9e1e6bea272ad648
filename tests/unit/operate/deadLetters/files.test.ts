import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportLetters, importLetters } from "../../../../operate/deadLetters/files";
import { toLine } from "../../../../operate/deadLetters/exported";
import { sessionWith } from "../amqp/session";
import { deadLetter } from "./message";

describe("a file of dead letters", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "ha-celery-letters-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it("does not stay when it is incomplete", async () => {
    const file = join(folder, "letters.jsonl");
    const session = sessionWith({ checkQueue: () => Promise.reject(new Error("the connection ended")) });
    await assert.rejects(exportLetters(session, file, {}), /the connection ended/);
    assert.equal(existsSync(file), false);
  });

  it("is published line by line, after it was read as a whole", async () => {
    const file = join(folder, "letters.jsonl");
    const lines = ["a", "b"].map((id) => toLine(deadLetter({ id, task: "mail.send" })));
    const sent: unknown[] = [];
    const session = sessionWith({
      on: () => undefined,
      publish: (...[exchange, key, , , confirm]: [string, string, Buffer, object, (error: null) => void]) => {
        sent.push([exchange, key]);
        confirm(null);
      },
    });
    writeFileSync(file, `${lines.join("\n")}\n`);
    assert.equal(await importLetters(session, file), 2);
    assert.deepEqual(sent, [
      ["dead-letters", "mail"],
      ["dead-letters", "mail"],
    ]);
    writeFileSync(file, `${lines[0]}\n{"id":`);
    await assert.rejects(importLetters(session, file), /Line 2 of .* is not JSON/);
    assert.equal(sent.length, 2);
    await assert.rejects(importLetters(session, join(folder, "none")), /cannot be read: ENOENT/);
  });
});
