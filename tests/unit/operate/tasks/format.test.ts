import assert from "node:assert/strict";
import { formatTasks } from "../../../../operate/tasks/format";
import type { TaskReport } from "../../../../operate/tasks/model";
import { formatSeconds } from "../../../../operate/tasks/words";

const POOL = { pool: "mail", queues: ["mail"], pods: 3, read: 3, busy: 5, slots: 6, prefetched: 12 };
const REPORT: TaskReport = {
  ...{ context: "prod", namespace: "shop", name: "mq", seconds: 300 },
  tasks: [
    {
      ...{ task: "shop.mail", queues: ["mail"], received: 620, ended: 610, perSecond: 610 / 300 },
      ...{ succeeded: 600, failed: 4, retried: 3, rejected: 3, returned: 0, discarded: 0 },
      runtime: { count: 607, mean: 0.2, p50: 0.0123, p95: 1.26, p99: 1800, limit: 1800 },
    },
  ],
  pools: [POOL],
};

describe("tasks in a terminal", () => {
  it("show rates, failures, and percentiles", () => {
    const text = formatTasks(REPORT);
    assert.match(text, /^tasks of shop\/mq in the cluster of context prod, in 5 min\n/);
    assert.match(
      text,
      /shop\.mail +│ mail +│ 610 +│ 2\.0 +│ 4, 3 rejected │ 3 +│ 12 ms \/ 1\.3 s \/ > 30 min +│ - /,
    );
    assert.match(text, /mail +│ mail +│ 3 +│ 5 of 6 │ 12/);
  });

  it("say why tasks of a pool are missing", () => {
    const text = formatTasks({
      ...REPORT,
      seconds: undefined,
      tasks: [],
      pools: [
        { ...POOL, pods: 0, read: 0 },
        { ...POOL, pool: "bulk", read: 0 },
      ],
    });
    assert.match(text, /since each worker started\nno tasks\n/);
    assert.match(text, /pool mail: no worker that has started serves metrics: docs\/reference\/metrics\.md/);
    assert.match(text, /pool bulk: no worker answers\. .*port-forward/);
    assert.match(text, /bulk +│ mail +│ 0 of 3 answer │ - +│ -/);
  });

  it("have durations in the unit that fits", () => {
    assert.deepEqual(
      [0.0004, 0.012, 0.9999, 1.26, 61, 250, 1800].map((seconds) => formatSeconds(seconds, 1800)),
      ["0.4 ms", "12 ms", "1 s", "1.3 s", "61 s", "4 min", "> 30 min"],
    );
  });
});
