import assert from "node:assert/strict";
import { colorsFor } from "../../../../operate/colors";
import { detailsOf } from "../../../../operate/queues/details";
import { formatQueue, formatQueues } from "../../../../operate/queues/format";
import { whyItGrows } from "../../../../operate/queues/growth";
import type { QueueRow } from "../../../../operate/queues/read";
import type { WorkloadStatus } from "../../../../operate/status/model";
import { formatStatus } from "../../../../operate/status/format";
import type { Pages } from "../../../../operate/status/processes";
import { RateWindow } from "../../../../operate/tasks/rates";
import { ratesOf } from "../../../../operate/tasks/report";
import { TaskWindow } from "../../../../operate/tasks/window";
import { statusOf, HEALTHY } from "../../../console/installations";
import { type Worked, workerPage } from "./worker";

type Workers = Readonly<Record<string, readonly [startedAt: number, ...Worked[]] | undefined>>;

const row = (name: string, ready: number, returning: number | undefined = 0): QueueRow => ({
  ...{ name, ready, unacknowledged: 2, returning, consumers: 2 },
  ...{ online: 3, copies: 3, leader: "mq-0" },
});

const pool = (workers: Workers): WorkloadStatus => ({
  ...{ kind: "worker pool", name: "mail", ready: 2, wanted: 2, queues: ["mail"], unready: [], reasons: [] },
  processes: Object.entries(workers).map(([pod, page]) => ({
    ...{ pod, runningSeconds: 90, answers: page !== undefined, consuming: true },
  })),
});

interface Reading {
  readonly queues?: readonly QueueRow[];
  readonly workloads?: readonly WorkloadStatus[];
  readonly pages?: Pages;
}

function add(window: RateWindow, seconds: number, workers: Workers, more: Reading = {}): void {
  window.add({
    at: seconds * 1000,
    pages: new Map(Object.entries(workers).map(([pod, page]) => [pod, page && workerPage(...page)])),
    workloads: [pool(workers)],
    queues: [row("mail", 0)],
    ...more,
  });
}

describe("the rates of a queue", () => {
  it("are unknown after one reading, and not 0", () => {
    const window = new RateWindow();
    add(window, 0, { a: [1, { succeeded: 900 }] });
    assert.deepEqual(window.ratesOf("mail"), {
      ratesUnknown: "the metrics of its workers were read only once",
    });
  });

  it("are what left the queue between two readings, returned tasks excluded", () => {
    const window = new RateWindow();
    add(window, 0, { a: [1, { succeeded: 900 }], b: [1, { failed: 10 }] });
    add(window, 2, { a: [1, { succeeded: 905, returned: 50 }], b: [1, { failed: 11, retried: 2 }] });
    assert.deepEqual(window.ratesOf("mail"), { rates: { seconds: 2, out: 4 } });
  });

  it("are 0 if the workers report that none was finished", () => {
    const window = new RateWindow();
    add(window, 0, { a: [1, { succeeded: 900 }] });
    add(window, 2, { a: [1, { succeeded: 900 }] });
    assert.deepEqual(window.ratesOf("mail"), { rates: { seconds: 2, out: 0 } });
  });

  it("include what arrived after 10 s: what left, and what the queue grew by", () => {
    const window = new RateWindow();
    add(window, 0, { a: [1, { succeeded: 0 }] }, { queues: [row("mail", 100)] });
    add(window, 10, { a: [1, { succeeded: 50 }] }, { queues: [row("mail", 120)] });
    assert.deepEqual(window.ratesOf("mail"), { rates: { seconds: 10, out: 5, in: 7 } });
  });

  it("have no arrivals if the queue's leader had not reported, which counts as 0", () => {
    const window = new RateWindow();
    add(window, 0, { a: [1, { succeeded: 0 }] }, { queues: [{ ...row("mail", 0), returning: undefined }] });
    add(window, 10, { a: [1, { succeeded: 50 }] }, { queues: [row("mail", 4000)] });
    assert.deepEqual(window.ratesOf("mail"), { rates: { seconds: 10, out: 5 } });
  });

  it("are unknown while a worker does not answer, and catch up on it then", () => {
    const window = new RateWindow();
    add(window, 0, { a: [1, { succeeded: 10 }], b: [1, { succeeded: 10 }] });
    add(window, 4, { a: [1, { succeeded: 14 }], b: undefined });
    assert.deepEqual(window.ratesOf("mail"), {
      ratesUnknown: "worker pool mail: 1 of 2 workers do not answer",
    });
    add(window, 8, { a: [1, { succeeded: 18 }], b: [1, { succeeded: 34 }] });
    assert.deepEqual(window.ratesOf("mail"), { rates: { seconds: 8, out: 4 } });
  });

  it("end at the last answer of a worker whose former answer is shown again", () => {
    const window = new RateWindow();
    add(window, 0, { a: [1, { succeeded: 10 }], b: [1, { succeeded: 10 }] });
    const b = workerPage(1, { succeeded: 18 });
    const workers: Workers = { a: [1, { succeeded: 18 }], b: [1] };
    add(window, 4, workers, {
      pages: new Map([
        ["a", workerPage(1, { succeeded: 18 })],
        ["b", b],
      ]),
    });
    add(window, 8, workers, {
      pages: new Map([
        ["a", workerPage(1, { succeeded: 26 })],
        ["b", b],
      ]),
    });
    assert.deepEqual(window.ratesOf("mail"), { rates: { seconds: 4, out: 4 } });
  });

  it("begin when the last worker has answered for the first time", () => {
    const window = new RateWindow();
    add(window, 0, { a: [1, { succeeded: 10 }], b: undefined });
    add(window, 4, { a: [1, { succeeded: 14 }], b: [1, { succeeded: 900 }] });
    assert.match(window.ratesOf("mail").ratesUnknown ?? "", /only once/);
    add(window, 8, { a: [1, { succeeded: 18 }], b: [1, { succeeded: 904 }] });
    assert.deepEqual(window.ratesOf("mail"), { rates: { seconds: 4, out: 2 } });
  });

  it("include workers that have restarted or are new", () => {
    const window = new RateWindow();
    add(window, 0, { a: [1, { succeeded: 900 }] });
    add(window, 2, { a: [2, { succeeded: 5 }], b: [2, { succeeded: 3 }] });
    assert.deepEqual(window.ratesOf("mail"), { rates: { seconds: 2, out: 4 } });
  });

  it("are unknown without metrics or a pool", () => {
    const window = new RateWindow();
    const workloads = [pool({}), { ...pool({}), name: "bulk", queues: ["bulk"], wanted: 0 }];
    add(window, 0, {}, { workloads });
    add(window, 2, {}, { workloads });
    const unknown = ["mail", "bulk", "dead-letters"].map((queue) => window.ratesOf(queue).ratesUnknown);
    assert.deepEqual(unknown, [
      "worker pool mail: no worker that has started serves metrics",
      "worker pool bulk has no workers",
      "no worker pool reads it",
    ]);
  });

  it("cover the time of the window, and are those of the console", () => {
    const tasks = new TaskWindow();
    const window = new RateWindow(20, tasks);
    for (let seconds = 0; seconds <= 60; seconds += 2)
      add(window, seconds, { a: [1, { succeeded: seconds < 40 ? 0 : 3 * (seconds - 40) }] });
    assert.deepEqual(window.ratesOf("mail"), { rates: { seconds: 20, out: 3, in: 3 } });
    assert.equal(ratesOf(tasks.last(20), "queue", "mail").at(-1)?.done, 3);
  });

  it("start again after a pause", () => {
    const window = new RateWindow(20);
    add(window, 0, { a: [1, { succeeded: 0 }] });
    add(window, 600, { a: [1, { succeeded: 900 }] });
    assert.match(window.ratesOf("mail").ratesUnknown ?? "", /only once/);
  });
});

describe("why a queue grows", () => {
  const busy = (name: string, busySlots: number, prefetched = 0): WorkloadStatus => ({
    ...pool({}),
    ...{ name, ready: 1, wanted: 1 },
    processes: [
      {
        ...{ pod: `${name}-x`, runningSeconds: 90, answers: true, consuming: true },
        ...{ slots: 2, busy: busySlots, prefetched },
      },
    ],
  });
  const rates = { seconds: 20, in: 4.1, out: 2 };
  const grows = { ...row("mail", 300), rates };
  const flow = "4.1 tasks/s in, 2.0/s out";

  it("is that all slots are busy, also of several pools, or that pods are missing", () => {
    assert.equal(whyItGrows(grows, [busy("mail", 2)]), `2 of 2 slots busy, ${flow}: add workers`);
    assert.equal(whyItGrows(grows, [busy("mail", 1, 5)]), `1 of 2 slots busy, ${flow}: add workers`);
    assert.equal(whyItGrows(grows, [busy("a", 2), busy("b", 0)]), `2 of 4 slots busy, ${flow}`);
    assert.equal(
      whyItGrows(grows, [{ ...busy("mail", 2), wanted: 3 }]),
      `2 of 2 slots busy, ${flow}: 1 of 3 pods of worker pool mail are ready`,
    );
  });

  it("is not said of one that does not grow, has no consumer, or whose workers report nothing", () => {
    const pools = [busy("mail", 2)];
    assert.equal(whyItGrows({ ...grows, rates: { ...rates, in: 2.04 } }, pools), undefined);
    assert.equal(whyItGrows({ ...grows, rates: { seconds: 2, out: 2 } }, pools), undefined);
    assert.equal(whyItGrows({ ...grows, ready: 0 }, pools), undefined);
    assert.equal(whyItGrows({ ...grows, consumers: 0 }, pools), undefined);
    assert.equal(whyItGrows(grows, [pool({})]), undefined);
  });

  it("is part of the status and of its text, and of queues", () => {
    const window = new RateWindow();
    const workloads = [busy("mail", 2)];
    add(window, 0, { "mail-x": [1, { succeeded: 0 }] }, { workloads, queues: [row("mail", 100)] });
    add(window, 20, { "mail-x": [1, { succeeded: 40 }] }, { workloads, queues: [row("mail", 142)] });
    const queues = window.addTo([row("mail", 142)]);
    const why = `2 of 2 slots busy, ${flow}: add workers`;
    assert.equal(queues[0]?.growsBecause, why);
    const status = formatStatus({ ...statusOf(HEALTHY), queues }, colorsFor({}, {}));
    for (const text of [formatQueues({ queues, delayed: 0 }), status])
      assert.ok(text.includes(`\nqueue mail grows: ${why}\n`), text);
    const details = detailsOf({ name: "mail" }, []);
    assert.ok(formatQueue({ ...details, rates, growsBecause: why }).includes(`over 20 s; it grows: ${why}`));
  });
});

describe("rates in text", () => {
  const window = new RateWindow();
  const one: Workers = { a: [1, { succeeded: 10 }] };
  const workloads = [pool(one), { ...pool({ x: undefined }), name: "bulk", queues: ["bulk", "eu"] }];
  add(window, 0, one, { workloads });
  add(window, 2.8, { a: [1, { succeeded: 24 }] }, { workloads });
  const queues = window.addTo(["mail", "bulk", "eu", "dead-letters"].map((name) => row(name, 0)));

  for (const [command, text] of [
    ["queues", formatQueues({ queues, delayed: 3 })],
    ["status", formatStatus({ ...statusOf(HEALTHY), queues, delayed: 3 }, colorsFor({}, {}))],
  ] as const)
    it(`of ${command} are a dash if they were not measured, with the reason`, () => {
      assert.match(text, /│ mail .*│ - +│ 5\.0 +│/);
      assert.match(text, /│ bulk .*│ - +│ - +│/);
      assert.match(text, /│ dead-letters .*│ - +│ - +│/);
      assert.ok(
        text.includes(
          [
            "rates: over 3 s, from the metrics of the workers; for in/s: --over 20s",
            "no rates of bulk, eu: worker pool bulk: 1 of 1 workers do not answer",
            "delayed tasks: 3",
          ].join("\n"),
        ),
        text,
      );
      assert.doesNotMatch(text, /│ 0\.0 +│/);
    });

  it("are in the JSON of a queue, and are missing if unknown", () => {
    const json = JSON.parse(JSON.stringify(queues)) as Record<string, unknown>[];
    assert.deepEqual(json[0]?.rates, { seconds: 2.8, out: 5 });
    assert.equal("rates" in (json[1] ?? {}), false);
    assert.equal(json[1]?.ratesUnknown, "worker pool bulk: 1 of 1 workers do not answer");
  });
});
