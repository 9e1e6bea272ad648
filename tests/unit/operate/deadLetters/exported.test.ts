import assert from "node:assert/strict";
import { fromLine, toLine } from "../../../../operate/deadLetters/exported";
import { deadLetter, death } from "./message";

describe("an exported dead letter", () => {
  const headers = {
    id: "7a1f",
    task: "orders.send",
    bytes: Buffer.from([0, 255]),
    nested: { list: [1, null, 1.5, true, { deeper: Buffer.from("x") }] },
    "x-death": [death("mail", "rejected", 1_000)],
    "x-last-death-queue": "mail",
  };
  const message = deadLetter(headers, { content: "\u0000\n\u00ff", routingKey: "eu.mail", priority: 3 });

  it("is one line, which begins with what a person looks for", () => {
    const line = toLine(message);
    assert.doesNotMatch(line, /\n/);
    assert.match(
      line,
      /^{"id":"7a1f","task":"orders.send","queue":"mail","reason":"rejected","diedAt":"1970-01-01T00:16:40.000Z","routingKey":"eu.mail",/,
    );
  });

  it("is read back as it was", () => {
    const { body, routingKey, properties } = fromLine(toLine(message), "Line 1");
    assert.deepEqual([body, routingKey], [message.content, "eu.mail"]);
    assert.deepEqual(properties, { contentType: "application/json", headers, priority: 3 });
  });

  it("must be one", () => {
    assert.throws(() => fromLine("{", "Line 3 of x"), /^UserError: Line 3 of x is not JSON/);
    assert.throws(() => fromLine("{}", "Line 3 of x"), /it needs routingKey, properties, and body/);
  });
});
