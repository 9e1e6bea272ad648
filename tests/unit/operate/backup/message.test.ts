import assert from "node:assert/strict";
import { keyOf, routeOf, saved, savedMessageOf, type SavedMessage } from "../../../../operate/backup/message";
import { deadLetter } from "../deadLetters/message";

const NOW = Date.parse("2026-11-29T12:00:00Z");
const bits = (seconds: number) => [...seconds.toString(2).padStart(28, "0")].join(".");

const message = (queue: string, routingKey: string, headers: object, expiration?: string): SavedMessage => ({
  key: "7a1f",
  queue,
  routingKey,
  body: Buffer.from("[]"),
  properties: { correlationId: "7a1f", headers, expiration },
});

describe("a message of a backup", () => {
  it("is the same after it was written and read", () => {
    const original = deadLetter(
      { id: "7a1f", task: "orders.send", bytes: Buffer.from([0, 255]) },
      { correlationId: "7a1f", priority: 3, expiration: "5000" },
    );
    const line = JSON.stringify(saved("mail", original));
    const read = savedMessageOf(JSON.parse(line));
    assert.equal(read?.key, "7a1f");
    assert.equal(read?.queue, "mail");
    assert.deepEqual(read?.body, original.content);
    assert.equal(read?.properties.priority, 3);
    assert.equal(read?.properties.expiration, "5000");
    assert.deepEqual((read?.properties.headers as Record<string, unknown>).bytes, Buffer.from([0, 255]));
  });

  it("is known by the task's id, or by its content", () => {
    assert.equal(keyOf(deadLetter({ id: "7a1f" })), "7a1f");
    const without = deadLetter({});
    assert.match(keyOf(without), /^[0-9a-f]{64}$/);
    assert.equal(keyOf(without), keyOf(deadLetter({})));
  });

  it("goes straight to its queue, without RabbitMQ's headers", () => {
    const route = routeOf(message("mail", "orders.new", { id: "7a1f", "x-death": [], CC: ["audit"] }), NOW);
    assert.deepEqual([route.exchange, route.routingKey], ["", "mail"]);
    assert.deepEqual(route.options.headers, { id: "7a1f" });
  });

  it("keeps RabbitMQ's headers if it is a dead letter", () => {
    const headers = { id: "7a1f", "x-last-death-queue": "mail" };
    const route = routeOf(message("dead-letters", "mail", headers), NOW);
    assert.deepEqual([route.exchange, route.routingKey], ["dead-letters", "mail"]);
    assert.deepEqual(route.options.headers, headers);
  });

  it("waits for what is left of its delay", () => {
    const key = `${bits(600)}.eu.mail`;
    const at = (eta: string) => routeOf(message("celery_delayed_9", key, { eta }), NOW);
    assert.deepEqual(
      [at("2026-11-29T12:01:30+00:00").exchange, at("2026-11-29T12:01:30+00:00").routingKey],
      ["celery_delayed_27", `${bits(90)}.eu.mail`],
    );
    assert.equal(at("2026-11-29T11:00:00+00:00").routingKey, `${bits(0)}.eu.mail`);
    const unknown = routeOf(message("celery_delayed_9", key, {}), NOW);
    assert.deepEqual([unknown.exchange, unknown.routingKey], ["celery_delayed_9", key]);
  });

  it("expires when the task does", () => {
    const expirationAt = (expires: unknown) =>
      routeOf(message("mail", "mail", { expires }, "60000"), NOW).options.expiration;
    assert.equal(expirationAt("2026-11-29T12:00:10+00:00"), "10000");
    assert.equal(expirationAt("2026-11-29T11:00:00+00:00"), "0");
    assert.equal(expirationAt(null), "60000");
  });
});
