import assert from "node:assert/strict";
import { arrivals, isCounted } from "../../../../operate/console/flows";
import { change, changed, HEALTHY } from "../../../console/installations";
import { MEASURED, UNREADABLE } from "../../../console/taskRecordings";

describe("what goes into a queue", () => {
  const rate = (seconds: number, done: number) => ({ at: seconds * 1000, done, failed: 0 });
  const depth = (seconds: number, value: number | undefined) => ({ at: seconds * 1000, value });

  it("is what left it and what its depth changed by", () => {
    const rates = [rate(0, 5), rate(20, 5), rate(40, 8), rate(60, 8)];
    const depths = [depth(1, 100), depth(19, 140), depth(41, 60), depth(75, 0)];
    assert.deepEqual(
      arrivals(rates, depths).map(({ value }) => value),
      [undefined, 7, 4, undefined],
    );
  });

  it("is never negative, and unknown after a gap or without a depth", () => {
    assert.deepEqual(
      arrivals([rate(0, 0), rate(20, 1), rate(80, 1)], [depth(0, 90), depth(20, 0), depth(80, 0)]).map(
        ({ value }) => value,
      ),
      [undefined, 0, undefined],
    );
    assert.equal(
      arrivals([rate(0, 1), rate(20, 1)], [depth(0, 3), depth(20, undefined)])[1]?.value,
      undefined,
    );
  });

  it("is known if all workers that read the queue report their tasks", () => {
    const { workloads } = MEASURED.observed;
    assert.equal(isCounted(workloads, "orders"), true);
    assert.equal(isCounted(workloads, "unread"), false);
    assert.equal(isCounted(HEALTHY.observed.workloads, "orders"), false);
    assert.equal(isCounted(UNREADABLE.observed.workloads, "orders"), false);
    const both = change(MEASURED, {
      workloads: changed(workloads, "mail", { queues: ["orders"], processes: [] }),
    });
    assert.equal(isCounted(both.observed.workloads, "orders"), false);
  });
});
