import assert from "node:assert/strict";
import {
  depths,
  HISTORY_MS,
  rateOf,
  rates,
  record,
  type Sample,
  secondsToEmpty,
} from "../../../../operate/console/history";
import type { InstallationStatus } from "../../../../operate/status/model";
import { change, HEALTHY, statusOf } from "../../../console/installations";

const START = Date.UTC(2026, 10, 29, 12);

const withQueue = (ready: number, unacknowledged = 0): InstallationStatus => ({
  ...statusOf(HEALTHY),
  queues: [
    { name: "mail", leader: "mq-0", ready, unacknowledged, consumers: 1, online: 3, copies: 3 },
    { name: "dead-letters", leader: "mq-0", ready: 9, unacknowledged: 0, consumers: 0, online: 3, copies: 3 },
  ],
});

/** A status each `every` seconds, whose depth a function returns. */
function recorded(seconds: number, every: number, depth: (second: number) => number): Sample[] {
  let samples: Sample[] = [];
  for (let second = 0; second <= seconds; second += every)
    samples = record(samples, START + second * 1000, withQueue(depth(second)));
  return samples;
}

describe("the history of the console", () => {
  it("keeps one hour, and one sample in 5 s", () => {
    const samples = recorded(2 * 3600, 2, () => 1);
    assert.ok(samples.length <= 3600 / 5 + 1, `${samples.length}`);
    assert.ok(samples.length > 500, `${samples.length}`);
    const [first, last] = [samples[0]?.at ?? 0, samples.at(-1)?.at ?? 0];
    assert.equal(last, START + 2 * HISTORY_MS);
    assert.ok(last - first <= HISTORY_MS);
    const distances = samples.slice(1, -1).map(({ at }, index) => at - (samples[index]?.at ?? 0));
    assert.ok(Math.min(...distances) >= 5000);
  });

  it("always ends with the newest status", () => {
    for (const seconds of [0, 2, 4, 6, 8, 10, 12])
      assert.equal(
        depths(
          recorded(seconds, 2, (second) => second),
          "mail",
        ).at(-1)?.value,
        seconds,
      );
  });

  it("counts waiting and fetched tasks, of all queues without the dead letters", () => {
    const samples = record([], START, withQueue(7, 4));
    assert.deepEqual(depths(samples, "mail"), [{ at: START, value: 11 }]);
    assert.deepEqual(depths(samples), [{ at: START, value: 11 }]);
    assert.deepEqual(depths(samples, "other"), [{ at: START, value: undefined }]);
  });

  it("knows nothing while no broker reports its queues", () => {
    const silent = statusOf(change(HEALTHY, { queues: undefined }));
    assert.deepEqual(depths(record([], START, silent)), [{ at: START, value: undefined }]);
  });

  it("computes the rate over 20 s, which evens out that brokers refresh their counts every 5 s", () => {
    const stairs = (second: number) => 50 * Math.floor(second / 5);
    for (const second of [60, 62, 64, 66]) {
      const rate = rateOf(depths(recorded(second, 2, stairs), "mail")) ?? NaN;
      assert.ok(Math.abs(rate - 10) <= 2.6, `${rate}`);
    }
    assert.equal(
      rateOf(
        depths(
          recorded(60, 5, (second) => 1000 - 4 * second),
          "mail",
        ),
      ),
      -4,
    );
  });

  it("has no rate before it has seen enough, nor across a gap", () => {
    assert.equal(
      rateOf(
        depths(
          recorded(8, 2, (second) => second),
          "mail",
        ),
      ),
      undefined,
    );
    const before = recorded(60, 5, () => 0);
    const at = START + 60_000 + 120_000;
    const gap = record(before, at, withQueue(1_000_000));
    assert.equal(rateOf(depths(gap, "mail")), undefined);
    const later = [5, 10, 15, 20].reduce(
      (samples, second) => record(samples, at + second * 1000, withQueue(1_000_000 + 2 * second)),
      gap,
    );
    assert.equal(rateOf(depths(later, "mail")), 2);
  });

  it("computes the same rate for the last moment alone as for all", () => {
    const series = depths(
      recorded(600, 2, (second) => second ** 2),
      "mail",
    );
    assert.equal(rateOf(series), rates(series).at(-1)?.value);
  });

  it("tells when a queue that shrinks will be empty", () => {
    assert.equal(secondsToEmpty(100, -4), 25);
    assert.equal(secondsToEmpty(100, 4), undefined);
    assert.equal(secondsToEmpty(0, -4), undefined);
    assert.equal(secondsToEmpty(100, undefined), undefined);
  });

  it("stays small for an hour of 50 queues", () => {
    const queues = Array.from({ length: 50 }, (_, index) => ({
      name: `queue-${index}`,
      leader: "mq-0",
      ready: 12_345,
      unacknowledged: 64,
      consumers: 1,
      online: 3,
      copies: 3,
    }));
    let samples: Sample[] = [];
    for (let second = 0; second <= 7200; second += 5)
      samples = record(samples, START + second * 1000, { ...statusOf(HEALTHY), queues });
    assert.ok(JSON.stringify(samples).length < 1_500_000, `${JSON.stringify(samples).length}`);
  });
});
