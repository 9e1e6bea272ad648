import assert from "node:assert/strict";
import { partsOf } from "../../../bench/large/backlog";
import { manyPools } from "../../../bench/large/pools";
import type { FinishedTask } from "../../../bench/compare/throughput/countedRun";

describe("a large installation", () => {
  it("has every queue in exactly one pool", () => {
    const pools = manyPools(3, 5);
    assert.deepEqual(
      pools.map(({ queues }) => queues),
      [["queue-0", "queue-3"], ["queue-1", "queue-4"], ["queue-2"]],
    );
    assert.deepEqual(new Set(pools.map(({ name }) => name)).size, 3);
  });
});

describe("a long queue", () => {
  // 100 tasks, 10 a second; the second half is published and executed at half this rate.
  const published = (seconds: number) => (seconds <= 5 ? 10 * seconds : 50 + 5 * (seconds - 5));
  const samples = Array.from({ length: 16 }, (_, at) => ({ at, messages: published(at), mib: 100 + at }));
  const finished = Array.from({ length: 100 }, (_, index): FinishedTask => {
    const end = index < 50 ? index / 10 : 5 + (index - 50) / 5;
    return [`t-${index}`, 1, "worker", end, end];
  });

  it("has rates and the largest broker's memory of each tenth", () => {
    const parts = partsOf(samples, finished, 100);
    assert.equal(parts.length, 10);
    const [first, last] = [parts[0], parts[9]];
    assert.deepEqual([first?.tasks, last?.tasks], [10, 100]);
    assert.deepEqual([first?.publishedPerSecond, last?.publishedPerSecond], [10, 5]);
    assert.deepEqual([first?.executedPerSecond, last?.executedPerSecond], [10, 5]);
    assert.equal(last?.publishingMib, 115);
  });
});
