import assert from "node:assert/strict";
import type { Sample } from "../../../../operate/cluster/metrics";
import { LatestPages } from "../../../../operate/status/latestPages";

const page = (value: number): Sample[] => [{ name: "tasks", labels: {}, value }];

describe("the metrics of a view that is refreshed", () => {
  it("are the last answer of a process that is late, for 20 s", () => {
    const latest = new LatestPages();
    const read = (second: number, one?: Sample[], other?: Sample[]) => {
      const pages = latest.complete(
        new Map([
          ["one", one],
          ["other", other],
        ]),
        1000 * second,
      );
      return [...pages.values()].map((samples) => samples?.[0]?.value);
    };
    assert.deepEqual(read(0, page(1)), [1, undefined]);
    assert.deepEqual(read(2, undefined, page(5)), [1, 5]);
    assert.deepEqual(read(4, page(2), page(6)), [2, 6]);
    assert.deepEqual(read(23, undefined, page(7)), [2, 7]);
    assert.deepEqual(read(24, undefined, page(8)), [undefined, 8]);
    assert.deepEqual(read(25), [undefined, 8]);
  });

  it("are forgotten of a pod that is gone", () => {
    const latest = new LatestPages();
    latest.complete(new Map([["one", page(1)]]), 0);
    assert.deepEqual([...latest.complete(new Map(), 1)], []);
    assert.deepEqual([...latest.complete(new Map([["one", undefined]]), 2)], [["one", undefined]]);
  });
});
