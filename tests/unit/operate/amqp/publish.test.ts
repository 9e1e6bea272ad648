import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import type { AmqpSession } from "../../../../operate/amqp/connection";
import { mandatory, Publisher } from "../../../../operate/amqp/publish";
import { sessionWith } from "./session";

type Confirm = (error: Error | null) => void;

/** A session whose broker answers as told. */
function sessionOf(answer: (confirm: Confirm, end: (error: Error) => void) => void) {
  let end: (error: Error) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => (end = reject));
  const channel = Object.assign(new EventEmitter(), {
    publish: (...args: unknown[]) => answer(args.at(-1) as Confirm, end),
  });
  return sessionWith(channel, failed);
}

const publish = (session: AmqpSession) => new Publisher(session).publish("", "mail", Buffer.from("x"), {});

describe("a publish of a command", () => {
  it("is stored, or refused, as the broker says", async () => {
    assert.equal(await publish(sessionOf((confirm) => confirm(null))), "stored");
    assert.equal(await publish(sessionOf((confirm) => confirm(new Error("message nacked")))), "refused");
  });

  it("is not refused by a connection that ends before the confirm", async () => {
    // As amqplib does: the callback first, and the reason in a later turn.
    const session = sessionOf((confirm, end) => {
      confirm(new Error("channel closed"));
      setImmediate(() => end(new Error("the connection to the broker ended")));
    });
    await assert.rejects(publish(session), /the connection to the broker ended/);
  });
});

describe("headers of a publish of a command", () => {
  it("have integers that every version of py-amqp can read", () => {
    const headers = { timelimit: [600, null], group_index: 200, "x-nested": { most: -40_000 }, rate: 1.5 };
    assert.deepEqual(mandatory({ headers }), {
      mandatory: true,
      headers: {
        timelimit: [{ "!": "int", value: 600 }, null],
        group_index: { "!": "int", value: 200 },
        "x-nested": { most: { "!": "int", value: -40_000 } },
        rate: 1.5,
      },
    });
  });

  it("keep bytes, times and larger integers as they are", () => {
    const headers = {
      ...{ at: { "!": "timestamp", value: 1 }, bytes: Buffer.from("x"), big: 2 ** 31 },
      ...{ text: "1", none: null },
    };
    assert.deepEqual(mandatory({ headers }).headers, headers);
    assert.equal(mandatory({}).headers, undefined);
  });
});
