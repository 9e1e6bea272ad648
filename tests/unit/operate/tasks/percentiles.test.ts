import assert from "node:assert/strict";
import { type Bucket, durationsOf, percentile } from "../../../../operate/tasks/percentiles";

describe("percentiles of a histogram", () => {
  // 10 durations up to 0.1 s, 80 more up to 1 s, 8 more up to 10 s, 2 longer ones.
  const BUCKETS: readonly Bucket[] = [
    [0.1, 10],
    [1, 90],
    [10, 98],
    [Infinity, 100],
  ];

  it("are spread evenly in their bucket, as by Prometheus' histogram_quantile", () => {
    assert.equal(percentile(BUCKETS, 0.05), 0.05);
    assert.equal(percentile(BUCKETS, 0.1), 0.1);
    assert.equal(percentile(BUCKETS, 0.5), 0.1 + 0.9 * (40 / 80));
    assert.equal(percentile(BUCKETS, 0.95), 1 + 9 * (5 / 8));
  });

  it("are the largest limit above it", () => {
    assert.equal(percentile(BUCKETS, 0.99), 10);
    assert.deepEqual(durationsOf([...BUCKETS].reverse(), 250), {
      ...{ count: 100, mean: 2.5, p50: 0.55, p95: 6.625, p99: 10, limit: 10 },
    });
  });

  it("leave out empty buckets below", () => {
    const late: readonly Bucket[] = [
      [0.1, 0],
      [1, 0],
      [10, 4],
      [Infinity, 4],
    ];
    assert.equal(percentile(late, 0.5), 5.5);
  });

  it("do not exist without durations", () => {
    assert.equal(durationsOf([], 0), undefined);
    assert.equal(
      durationsOf(
        [
          [0.1, 0],
          [Infinity, 0],
        ],
        0,
      ),
      undefined,
    );
  });
});
