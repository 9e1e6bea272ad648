import assert from "node:assert/strict";
import type { ConsumeMessage } from "amqplib";
import { routeTo } from "../../../../operate/migrate/move";
import { readSource } from "../../../../operate/migrate/source";
import { deadLetter } from "../deadLetters/message";

const NOW = Date.parse("2026-11-29T12:00:00Z");
const bits = (seconds: number) => [...seconds.toString(2).padStart(28, "0")].join(".");
const message = (headers: object) => deadLetter({ id: "7a1f", ...headers }) as ConsumeMessage;

describe("a task that moves from another RabbitMQ", () => {
  it("goes to the queue of its new name, without the headers of the other brokers", () => {
    const { exchange, routingKey, options } = routeTo(
      message({ "x-death": [], "x-delivery-count": 3, CC: ["audit"] }),
      { from: "mail", to: "post" },
      NOW,
    );
    assert.deepEqual([exchange, routingKey], ["", "post"]);
    assert.deepEqual(options.headers, { id: "7a1f" });
  });

  it("waits for its eta in the brokers, and goes to its queue at once if it is due", () => {
    const at = (eta: string) => routeTo(message({ eta }), { from: "mail", to: "post" }, NOW);
    const later = at("2026-11-29T12:01:00+00:00");
    assert.deepEqual([later.exchange, later.routingKey], ["celery_delayed_27", `${bits(60)}.post`]);
    for (const eta of ["2026-11-29T12:00:01+00:00", "2026-11-29T11:00:00+00:00"])
      assert.deepEqual([at(eta).exchange, at(eta).routingKey], ["", "post"]);
  });
});

describe("a task in a queue of delayed tasks", () => {
  const key = `${bits(600)}.eu.mail`;
  const delayed = (to: string, headers: object = {}) => {
    const { exchange, routingKey } = routeTo(
      deadLetter({ id: "7a1f", ...headers }, { routingKey: key }),
      { from: "celery_delayed_9", to },
      NOW,
    );
    return [exchange, routingKey];
  };

  it("waits for the queue that --to names, for the rest of its delay", () => {
    assert.deepEqual(delayed("post", { eta: "2026-11-29T12:01:00+00:00" }), [
      "celery_delayed_27",
      `${bits(60)}.post`,
    ]);
    assert.deepEqual(delayed("post"), ["celery_delayed_9", `${bits(600)}.post`]);
    assert.deepEqual(delayed("celery_delayed_9"), ["celery_delayed_9", key]);
  });
});

describe("the URL of the other RabbitMQ", () => {
  it("comes from the variable, and is never in a message", async () => {
    const { url, serverName } = await readSource(
      {},
      { HA_CELERY_SOURCE_URL: "amqps://me:SECRET@old.example.com/jobs\n" },
    );
    assert.deepEqual(
      [url.hostname, serverName, url.pathname],
      ["old.example.com", "old.example.com", "/jobs"],
    );
    for (const wrong of ["me:SECRET@old", "http://me:SECRET@old", "amqp://", "", undefined])
      await assert.rejects(readSource({}, { HA_CELERY_SOURCE_URL: wrong }), (error: Error) => {
        assert.match(error.message, /amqp:\/\/USER:PASSWORD@HOST:PORT\/VHOST/);
        assert.doesNotMatch(error.message, /SECRET/);
        return true;
      });
  });
});
