import assert from "node:assert/strict";
import { HISTORY_MS } from "../../../../operate/console/history";
import { NOTHING, type Observation, observe, type Past } from "../../../../operate/console/past";
import { BROKEN, change, changed, HEALTHY, NODE_LOST, statusOf } from "../../../console/installations";

const START = Date.UTC(2026, 10, 29, 12);
const read = (second: number, installation = HEALTHY): Observation => ({
  at: START + second * 1000,
  status: statusOf(installation),
});
const failed = (second: number, message = "connect ECONNREFUSED"): Observation => ({
  at: START + second * 1000,
  failure: { kind: "unreachable", message },
});
const after = (...observations: Observation[]): Past => observations.reduce(observe, NOTHING);

describe("what the console knows", () => {
  it("begins with the first status, which is not a change", () => {
    const past = after(read(0, NODE_LOST));
    assert.deepEqual(past.changes, []);
    assert.equal(past.last?.at, START);
    assert.equal(past.samples.length, 1);
  });

  it("keeps the last status while the cluster does not answer, and since when that is", () => {
    const past = after(read(0), failed(5), failed(10, "timeout"));
    assert.equal(past.last?.at, START);
    assert.deepEqual(past.failing, { kind: "unreachable", message: "timeout", since: START + 5000 });
    assert.deepEqual(past.changes, [
      { at: START + 5000, about: "cluster", mood: "bad", text: "connect ECONNREFUSED" },
    ]);
  });

  it("compares the first status after an outage with the last one before it", () => {
    const { failing, changes } = after(read(0), failed(5), read(60, BROKEN["cordoned node"]));
    assert.equal(failing, undefined);
    assert.deepEqual(changes.map(({ text }) => text).slice(1, 3), [
      "the status can be read again",
      "node pool-c-m4hw was cordoned",
    ]);
  });

  it("knows since when there is a problem, also if brokers do not answer once, and if it has other figures", () => {
    const text = "mq-1 is a member that is not running";
    const lost = after(
      read(0),
      read(2),
      read(4, NODE_LOST),
      read(6, HEALTHY),
      read(8, NODE_LOST),
      failed(10),
    );
    assert.deepEqual(lost.begins[text], { since: START + 4000, orEarlier: false, seen: START + 8000 });
    assert.equal(lost.begins["node pool-b-x9qd"]?.since, START + 4000);
    const mended = after(read(0), read(2, NODE_LOST), read(4), read(60), read(62, NODE_LOST));
    assert.equal(mended.begins[text]?.since, START + 62_000);
    assert.deepEqual(after(read(0, NODE_LOST), read(2)).begins[text]?.seen, START);
    assert.deepEqual(after(read(0, NODE_LOST), read(2), read(60)).begins, {});
  });

  it("does not know how much earlier a problem began if nobody looked before", () => {
    const begins = (...observations: Observation[]) =>
      Object.values(after(...observations).begins).map(({ orEarlier }) => orEarlier);
    assert.ok(begins(read(0, NODE_LOST)).every((each) => each));
    assert.ok(begins(read(0), read(90, NODE_LOST)).every((each) => each));
    assert.ok(begins(read(0), read(5, NODE_LOST)).every((each) => !each));
  });

  it("has no change before the first status", () => {
    assert.deepEqual(after(failed(0)).changes, []);
    assert.deepEqual(after(failed(0), read(5)).changes, []);
  });

  it("keeps the queues that were known", () => {
    const past = after(read(0), read(2, change(HEALTHY, { queues: undefined })));
    assert.deepEqual(past.queues, HEALTHY.observed.queues);
  });

  it("takes dead letters that come one by one for one change, and forgets those that went at once", () => {
    const letters = (second: number, ready: number) =>
      read(
        second,
        change(HEALTHY, { queues: changed(HEALTHY.observed.queues ?? [], "dead-letters", { ready }) }),
      );
    const texts = ({ changes }: Past) => changes.map(({ text }) => text);
    const past = after(letters(0, 0), letters(2, 1), letters(4, 1), letters(60, 3));
    assert.deepEqual(texts(past), ["dead letters: 0 → 3"]);
    assert.equal(past.changes[0]?.at, START + 60_000);
    assert.deepEqual(texts(observe(past, letters(62, 0))), []);
    assert.deepEqual(texts(observe(past, letters(361, 4))), ["dead letters: 0 → 3", "dead letters: 3 → 4"]);
  });

  it("forgets changes after an hour", () => {
    const past = after(read(0), read(2, NODE_LOST));
    assert.ok(past.changes.length > 0);
    const later = observe(past, read(3 + HISTORY_MS / 1000, NODE_LOST));
    assert.deepEqual(later.changes, []);
  });

  it("does not grow while things change all the time", () => {
    let past = NOTHING;
    for (let second = 0; second < 7200; second += 2)
      past = observe(past, read(second, second % 4 === 0 ? HEALTHY : NODE_LOST));
    assert.ok(past.changes.length <= 500, `${past.changes.length}`);
  });
});
