import assert from "node:assert/strict";
import type { V1Pod } from "@kubernetes/client-node";
import { parseMetrics } from "../../../../operate/cluster/metrics";
import { oldestOf } from "../../../../operate/status/oldest";
import { beatOf, hasStarted, processesOf } from "../../../../operate/status/processes";

const NOW = new Date("2027-01-31T00:01:00Z");

const pod = (name: string, status: V1Pod["status"] = running(true)): V1Pod => ({
  metadata: { name },
  status,
});

const running = (started: boolean): V1Pod["status"] => ({
  containerStatuses: [
    {
      ...{ name: "worker", image: "", imageID: "", ready: false, restartCount: 0, started },
      state: { running: { startedAt: new Date("2027-01-31T00:00:00Z") } },
    },
  ],
});

describe("the processes of workloads", () => {
  it("report themselves in their metrics, or do not answer", () => {
    const samples = parseMetrics(
      [
        'ha_celery_worker_info{celery="5.7.1"} 1.0',
        ...["ha_celery_worker_slots 2.0", "ha_celery_worker_slots_busy 1.0"],
        ...["ha_celery_worker_tasks_prefetched 6.0", "ha_celery_worker_connected 1.0"],
      ].join("\n"),
    );
    const pages = new Map([
      ["a", samples],
      ["b", undefined],
    ]);
    assert.deepEqual(processesOf([pod("a"), pod("b"), pod("without-metrics")], pages, NOW), [
      {
        ...{ pod: "a", runningSeconds: 60, answers: true, consuming: true },
        ...{ slots: 2, busy: 1, prefetched: 6, celery: "5.7.1" },
      },
      { pod: "b", runningSeconds: 60, answers: false, consuming: false },
    ]);
  });

  it("are a beat with its last tick and what is overdue", () => {
    const tick = NOW.getTime() / 1000 - 3;
    const page = `ha_celery_beat_last_tick_timestamp_seconds ${tick}\nha_celery_beat_overdue_entries 2.0`;
    const read = (pages: Parameters<typeof beatOf>[1]) => beatOf([pod("beat")], pages, NOW);
    assert.deepEqual(read(new Map([["beat", parseMetrics(page)]])), {
      answers: true,
      lastTickSeconds: 3,
      overdue: 2,
    });
    assert.deepEqual(read(new Map([["beat", undefined]])), { answers: false });
    assert.equal(read(new Map()), undefined);
  });

  it("are brokers that report the oldest task of each queue", () => {
    const page = parseMetrics(
      'ha_celery_queue_oldest_seconds{vhost="shop",queue="mail"} 2.5\nha_celery_queue_oldest_seconds{vhost="/",queue="tasks"} 9',
    );
    assert.deepEqual([...oldestOf(page, "shop")], [["mail", 2.5]]);
  });

  it("have started once their startup probe succeeded, until they stop", () => {
    assert.equal(hasStarted(pod("a")), true);
    assert.equal(hasStarted(pod("a", running(false))), false);
    assert.equal(hasStarted(pod("a", { ...running(true), phase: "Succeeded" })), false);
    assert.equal(hasStarted({ ...pod("a"), metadata: { name: "a", deletionTimestamp: NOW } }), false);
  });
});
