import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import { exitCodeAfter } from "../../../../operate/cli/migrate";
import { formatMoved } from "../../../../operate/migrate/format";
import { move, WINDOW } from "../../../../operate/migrate/move";
import { type Confirm, FakeSource, FakeTarget } from "./fakeBrokers";

const MAIL = { from: "mail", to: "mail" };

const moveAll = (source: FakeSource, target: FakeTarget, pair = MAIL) =>
  move(source.session, target.session, pair, { idleSeconds: 0.1, signal: new AbortController().signal });

const later = (confirm: Confirm, milliseconds: number) =>
  void setTimeout(milliseconds).then(() => confirm(null));

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

describe("a task that cannot move", () => {
  const tooLarge = () => {
    throw new RangeError("Encoded field table (headers or arguments) exceeds the 65536 byte encoding buffer");
  };

  it("stays there, and is named; the others move", async () => {
    const source = new FakeSource(["a", "large", "b"]);
    const target = new FakeTarget((id, confirm) =>
      id === "large" ? tooLarge() : setImmediate(confirm, null),
    );
    const result = await moveAll(source, target);
    assert.deepEqual(source.acknowledged, ["a", "b"]);
    assert.deepEqual([result.moved, result.returned, result.remaining], [2, 1, 1]);
    assert.deepEqual(
      result.failed.map(({ key }) => key),
      ["large"],
    );
    assert.match(formatMoved([result]), /not moved from mail: large: .* exceeds the 65536 byte/);
  });

  it("may have a body that is larger than brokers store", async () => {
    const source = new FakeSource(["a", "x".repeat(16 * 1024 * 1024 + 1)]);
    const result = await moveAll(source, new FakeTarget((_, confirm) => setImmediate(confirm, null)));
    assert.equal(source.acknowledged.join().length, 1);
    assert.match(result.failed[0]?.why ?? "", /body has 16777217 bytes/);
  });

  it("ends the move if the other RabbitMQ delivers no more because of such tasks", async () => {
    const source = new FakeSource(Array.from({ length: WINDOW }, (_, number) => String(number)));
    const { session } = new FakeTarget(tooLarge);
    const never = new AbortController().signal;
    const { failed } = await move(source.session, session, MAIL, { signal: never });
    assert.equal(failed.length, WINDOW);
  });
});

describe("a delayed task", () => {
  const DELAYED = { from: "celery_delayed_9", to: "celery_delayed_9" };
  const confirmed = (queues: string[]) => new FakeTarget((_, confirm) => setImmediate(confirm, null), queues);
  const key = (queue: string) => `${"0.".repeat(28)}${queue}`;

  it("moves if the installation has the queue of its routing key", async () => {
    const source = new FakeSource(["a", "b"], key("mail"));
    const target = confirmed(["mail"]);
    assert.equal((await moveAll(source, target, DELAYED)).moved, 2);
    assert.equal(target.checked, 1);
    assert.deepEqual(source.acknowledged, ["a", "b"]);
  });

  it("stays there if it has none, because nothing would take it when it is due", async () => {
    for (const routingKey of [key("orders.new"), "orders.new"]) {
      const source = new FakeSource(["a"], routingKey);
      const target = confirmed(["mail"]);
      const { failed } = await moveAll(source, target, DELAYED);
      assert.deepEqual([source.acknowledged, target.published], [[], []]);
      assert.match(failed[0]?.why ?? "", /its routing key .*"orders.new"/);
    }
  });

  it("moves to the queue that --to names", async () => {
    const target = confirmed([]);
    await moveAll(new FakeSource(["a"], key("orders.new")), target, { ...DELAYED, to: "mail" });
    assert.equal(target.published[0]?.routingKey, key("mail"));
    assert.equal(target.checked, 0);
  });
});

describe("a move that fails", () => {
  it("acknowledges what is confirmed afterwards", async () => {
    const source = new FakeSource(["refused", "late"]);
    const target = new FakeTarget((id, confirm) =>
      id === "late" ? later(confirm, 300) : setImmediate(confirm, new Error("message nacked")),
    );
    await assert.rejects(moveAll(source, target), /queue mail refused a task/);
    assert.deepEqual(source.acknowledged, ["late"]);
  });

  it("acknowledges nothing after a task was returned, or when the other RabbitMQ is gone", async () => {
    for (const [event, error] of [
      ["return", /queue mail does not exist/],
      ["end", /the connection to the broker ended/],
    ] as const) {
      const source = new FakeSource(["a"]);
      const target = new FakeTarget((_, confirm, brokers) => {
        setImmediate(() => (event === "return" ? brokers.emit("return") : source.end()));
        later(confirm, 50);
      });
      await assert.rejects(moveAll(source, target), error);
      await setTimeout(100);
      assert.deepEqual(source.acknowledged, []);
    }
  });
});

describe("the exit code of a migration", () => {
  const queue = { ...MAIL, taken: 2, moved: 2, returned: 0, failed: [], remaining: 0, consumers: 0 };

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

  it("is 1 if a task cannot move", () => {
    const failed = [{ key: "7a1f", why: "too large" }];
    for (const follow of [true, false])
      assert.equal(exitCodeAfter([{ ...queue, failed }], { follow, isInterrupted: false }), 1);
  });
});
