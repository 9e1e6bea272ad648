import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { Observation } from "../../../../operate/console/past";
import { Reader } from "../../../../operate/console/reader";
import { UsageError } from "../../../../operate/errors";
import { HEALTHY, statusOf } from "../../../console/installations";

const STATUS = statusOf(HEALTHY);
const FAST = { refresh: 0.01, timeout: 0.1 };

/** Waits for some observations, then stops listening. */
const observed = (reader: Reader, count: number): Promise<Observation[]> =>
  new Promise((resolve) => {
    const found: Observation[] = [];
    const stop = reader.listen((observation) => {
      found.push(observation);
      if (found.length < count) return;
      stop();
      resolve(found);
    });
  });

describe("the reader of the console", () => {
  it("reads once for all tabs, and stops when the last one is closed", async () => {
    let [reads, running, most] = [0, 0, 0];
    const reader = new Reader(async () => {
      reads++;
      most = Math.max(most, ++running);
      await sleep(5);
      running--;
      return STATUS;
    }, FAST);
    await sleep(30);
    assert.equal(reads, 0);
    const [one, other] = await Promise.all([observed(reader, 3), observed(reader, 5)]);
    assert.deepEqual(one, other.slice(0, 3));
    assert.equal(most, 1);
    assert.equal(reads, 5);
    await sleep(60);
    assert.equal(reads, 5);
    assert.deepEqual(reader.known.last?.status, STATUS);
    await observed(reader, 1);
    assert.equal(reads, 6);
  });

  it("goes on after an error, and tells an API that does not answer from an installation that is gone", async () => {
    const answers = [new Error("connect ECONNREFUSED"), new UsageError("No installation named mq.")];
    const reader = new Reader(async () => {
      const error = answers.shift();
      if (error) throw error;
      return STATUS;
    }, FAST);
    const found = await observed(reader, 3);
    assert.deepEqual(
      found.map((each) => ("failure" in each ? each.failure : "status")),
      [
        { kind: "unreachable", message: "The status cannot be read: connect ECONNREFUSED" },
        { kind: "missing", message: "No installation named mq." },
        "status",
      ],
    );
  });

  it("does not wait for an answer forever", async () => {
    let reads = 0;
    const reader = new Reader(
      () => (reads++ === 0 ? new Promise(() => undefined) : Promise.resolve(STATUS)),
      FAST,
    );
    const [first, second] = await observed(reader, 2);
    assert.ok(first && "failure" in first);
    assert.match(first.failure.message, /no answer within 0.1 s/);
    assert.ok(second && "status" in second);
  });

  it("drops the answer that arrives after the last tab was closed", async () => {
    const reader = new Reader(async () => {
      await sleep(20);
      return STATUS;
    }, FAST);
    reader.listen(() => assert.fail())();
    await sleep(50);
    assert.equal(reader.known.last, undefined);
  });
});
