import assert from "node:assert/strict";
import { readLetter } from "../../../../operate/deadLetters/letter";
import { deadLetter, death } from "./message";

describe("a dead letter", () => {
  it("has what Celery and RabbitMQ wrote into its headers", () => {
    const headers = {
      id: "7a1f",
      task: "orders.send",
      argsrepr: "(1,)",
      kwargsrepr: "{}",
      expires: "2026-11-29T10:00:00+00:00",
      "x-last-death-queue": "mail",
      "x-last-death-reason": "rejected",
      "x-death": [death("mail", "rejected", 1_000, 2), death("mail", "expired", 2_000)],
      "ha-celery-replays": 3,
    };
    assert.deepEqual(readLetter(deadLetter(headers)), {
      id: "7a1f",
      task: "orders.send",
      args: "(1,)",
      kwargs: "{}",
      queue: "mail",
      reason: "rejected",
      diedAt: 2_000_000,
      deaths: 3,
      replays: 3,
      expires: "2026-11-29T10:00:00+00:00",
      bytes: 13,
    });
  });

  it("of task protocol 1 has its task in the body", () => {
    const content = JSON.stringify({ id: "7a1f", task: "orders.send", args: [1], kwargs: { to: "x" } });
    const { id, task, args, kwargs } = readLetter(deadLetter({}, { content }));
    assert.deepEqual([id, task, args, kwargs], ["7a1f", "orders.send", "[1]", '{"to":"x"}']);
  });

  it("has neither queue nor time if it was published to dead-letters", () => {
    const { id, task, queue, diedAt, deaths } = readLetter(
      deadLetter({}, { content: "no JSON", correlationId: "7a1f" }),
    );
    assert.deepEqual([id, task, queue, diedAt, deaths], ["7a1f", undefined, undefined, undefined, 0]);
  });

  describe("that was delayed", () => {
    const delays = [death("celery_delayed_1", "expired", 900), death("celery_delayed_0", "expired", 901)];
    const key = `${"0.".repeat(26)}1.1.eu.mail`;

    it("belongs to the queue in which it died, and the delays are no deaths", () => {
      const headers = {
        "x-last-death-queue": "eu.mail",
        "x-first-death-queue": "celery_delayed_1",
        "x-death": [death("eu.mail", "rejected", 1_000), ...delays],
      };
      const { queue, deaths, diedAt } = readLetter(deadLetter(headers, { routingKey: key }));
      assert.deepEqual([queue, deaths, diedAt], ["eu.mail", 1, 1_000_000]);
    });

    it("belongs to the queue in its routing key if that is gone", () => {
      const headers = { "x-last-death-queue": "celery_delayed_0", "x-death": delays };
      assert.equal(readLetter(deadLetter(headers, { routingKey: key })).queue, "eu.mail");
      assert.equal(readLetter(deadLetter(headers, { routingKey: "eu.mail" })).queue, undefined);
    });
  });
});
