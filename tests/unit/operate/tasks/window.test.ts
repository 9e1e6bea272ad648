import assert from "node:assert/strict";
import { byTask } from "../../../../operate/tasks/counts";
import { ratesOf, reportOf } from "../../../../operate/tasks/report";
import { TaskWindow } from "../../../../operate/tasks/window";
import { type Worked, workerPage } from "./worker";

type Workers = Readonly<Record<string, readonly [startedAt: number | undefined, ...Worked[]] | undefined>>;

/** Gives a window readings of workers, each so many seconds after the first one. */
function windowOf(...readings: readonly (readonly [seconds: number, Workers])[]): TaskWindow {
  const window = new TaskWindow();
  for (const [seconds, workers] of readings)
    window.add(
      1000 * seconds,
      new Map(Object.entries(workers).map(([pod, page]) => [pod, page && workerPage(...page)])),
    );
  return window;
}

const succeededIn = (window: TaskWindow, seconds: number): number[] =>
  window.last(seconds).map(({ counts }) => byTask(counts)[0]?.succeeded ?? 0);

const STATUS = { context: "prod", namespace: "shop", name: "mq", workloads: [] };

describe("tasks over time", () => {
  it("are the differences between readings, not what workers counted before", () => {
    const window = windowOf(
      [0, { a: [1, { succeeded: 1000 }], b: [1, { succeeded: 500 }] }],
      [40, { a: [1, { succeeded: 1010 }], b: [1, { succeeded: 502 }] }],
      [80, { a: [1, { succeeded: 1010 }], b: [1, { succeeded: 505 }] }],
    );
    assert.deepEqual(succeededIn(window, 300), [12, 3]);
    assert.deepEqual(succeededIn(window, 40), [3]);
    assert.equal(byTask(window.sinceStart())[0]?.succeeded, 1515);
  });

  it("include all that a worker counted that has restarted, or is new", () => {
    const window = windowOf(
      [0, { a: [1, { succeeded: 1000 }] }],
      // Its counter is higher than before, which only its start tells.
      [40, { a: [30, { succeeded: 1005 }] }],
      [80, { a: [30, { succeeded: 1006 }], b: [70, { succeeded: 7 }] }],
    );
    assert.deepEqual(succeededIn(window, 300), [1005, 8]);
    const unknownStart = windowOf(
      [0, { a: [undefined, { succeeded: 1000 }] }],
      [40, { a: [undefined, { succeeded: 4 }] }],
    );
    assert.deepEqual(succeededIn(unknownStart, 300), [4]);
  });

  it("leave out what a worker counted before it first answered, and catch up on one that was silent", () => {
    const window = windowOf(
      [0, { a: undefined, b: [1, { succeeded: 10 }] }],
      [40, { a: [1, { succeeded: 1000 }], b: undefined }],
      [80, { a: [1, { succeeded: 1001 }], b: [1, { succeeded: 30 }] }],
    );
    assert.deepEqual(succeededIn(window, 300), [0, 21]);
  });

  it("are not known for a time in which nobody read", () => {
    const window = windowOf(
      [0, { a: [1, { succeeded: 10 }] }],
      [600, { a: [1, { succeeded: 900 }] }],
      [640, { a: [1, { succeeded: 901 }] }],
    );
    assert.deepEqual(succeededIn(window, 3600), [1]);
  });

  it("take the memory of at most an hour in spans of 20 s", () => {
    const window = windowOf(
      ...Array.from(
        { length: 501 },
        (_, step) => [10 * step, { a: [1, { succeeded: step, runtimes: [1] }] }] as [number, Workers],
      ),
    );
    const spans = window.last(1e6);
    assert.ok(spans.length <= 181, `${spans.length}`);
    assert.ok(spans.every(({ from, to }) => to - from === 20_000));
    const { seconds, tasks } = reportOf(STATUS, window, 300);
    // As near as the spans allow.
    assert.deepEqual([seconds, tasks[0]?.succeeded, tasks[0]?.perSecond], [300, 30, 0.1]);
  });

  it("are reported by name with rates and percentiles, the most frequent first", () => {
    const window = windowOf(
      [0, { a: [1, { task: "rare" }, { task: "often" }] }],
      [
        60,
        {
          a: [
            1,
            { task: "rare", failed: 1, rejected: 1, runtimes: [700], waits: [0.02] },
            { task: "often", queue: "mail", succeeded: 100, runtimes: Array<number>(100).fill(0.03) },
            {
              task: "often",
              queue: "bulk",
              succeeded: 20,
              retried: 3,
              runtimes: Array<number>(23).fill(0.3),
            },
            { task: "never" },
          ],
        },
      ],
    );
    const { seconds, tasks } = reportOf(STATUS, window, 300);
    assert.equal(seconds, 60);
    const [often, rare, ...others] = tasks;
    assert.deepEqual(others, []);
    assert.deepEqual(
      [often?.task, often?.queues, often?.ended, often?.retried, often?.perSecond],
      ["often", ["bulk", "mail"], 123, 3, 123 / 60],
    );
    // 61.5 of the 100 that are between 0.01 s and 0.05 s.
    assert.equal(often?.runtime?.p50.toFixed(4), (0.01 + 0.04 * 0.615).toFixed(4));
    assert.equal(often?.wait, undefined);
    assert.deepEqual([rare?.failed, rare?.rejected, rare?.runtime?.mean], [1, 1, 700]);
    assert.deepEqual(ratesOf(window.last(300), "queue", "bulk"), [{ at: 60_000, done: 23 / 60, failed: 0 }]);
  });

  it("have no rate since the workers' start, because each counts for another time", () => {
    const window = windowOf([0, { a: [1, { succeeded: 5 }] }]);
    const report = reportOf(STATUS, window);
    assert.equal(report.seconds, undefined);
    assert.deepEqual([report.tasks[0]?.ended, report.tasks[0]?.perSecond], [5, undefined]);
    assert.deepEqual(reportOf(STATUS, window, 300).tasks, []);
  });
});
