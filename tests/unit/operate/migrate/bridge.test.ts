import assert from "node:assert/strict";
import { exitCodeAfter } from "../../../../operate/cli/migrate";
import { move } from "../../../../operate/migrate/move";
import { FakeSource, FakeTarget } from "./fakeBrokers";

const MAIL = { from: "mail", to: "mail" };

const moveAll = (source: FakeSource, target: FakeTarget, pair = MAIL) =>
  move(source.session, target.session, pair, { idleSeconds: 0.1, signal: new AbortController().signal });

describe("the bridge from another RabbitMQ", () => {
  it("does not call a lost connection a refusal", async () => {
    // As amqplib does: the callback first, and the reason in a later turn.
    const target = new FakeTarget((_, confirm, brokers) => {
      setImmediate(confirm, new Error("channel closed"));
      setImmediate(() => setImmediate(() => brokers.end()));
    });
    await assert.rejects(moveAll(new FakeSource(["a"]), target), /the connection to the broker ended/);
  });

  it("names the queue that refuses a task", async () => {
    const target = new FakeTarget((_, confirm) => setImmediate(confirm, new Error("message nacked")));
    await assert.rejects(moveAll(new FakeSource(["a"]), target), /queue mail refused a task/);
  });
});

describe("the exit code of a migration", () => {
  const queue = { ...MAIL, taken: 2, moved: 2, returned: 0, remaining: 0, consumers: 0 };

  it("is 0 if nothing is left there", () => {
    assert.equal(exitCodeAfter([queue], { isInterrupted: false }), 0);
  });

  it("is 1 if tasks are left there, or others may hold some", () => {
    for (const left of [{ remaining: 1 }, { consumers: 1 }])
      assert.equal(exitCodeAfter([queue, { ...queue, ...left }], { isInterrupted: false }), 1);
  });

  it("is 1 after an interrupt, unless --follow waits for one", () => {
    assert.throws(() => exitCodeAfter([queue], { isInterrupted: true }), /was stopped. Run the same command/);
    assert.equal(exitCodeAfter([{ ...queue, remaining: 1 }], { follow: true, isInterrupted: true }), 0);
  });
});
