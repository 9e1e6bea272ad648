import assert from "node:assert/strict";
import { parseMetrics, portOf, valueOf } from "../../../../operate/cluster/metrics";

const PAGE = String.raw`# HELP ha_celery_worker_slots Tasks that the worker can run at a time.
# TYPE ha_celery_worker_slots gauge
ha_celery_worker_slots 2.0
ha_celery_tasks_started_total{task="a, \"b\" {c} \\ d",queue="tasks"} 7 1700000000000
ha_celery_task_runtime_seconds_bucket{le="+Inf",queue="tasks"} 1e3
limit +Inf
`;

describe("a page of metrics", () => {
  const samples = parseMetrics(PAGE);

  it("is read with its labels and values", () => {
    assert.deepEqual(samples, [
      { name: "ha_celery_worker_slots", labels: {}, value: 2 },
      {
        name: "ha_celery_tasks_started_total",
        labels: { task: String.raw`a, "b" {c} \ d`, queue: "tasks" },
        value: 7,
      },
      {
        name: "ha_celery_task_runtime_seconds_bucket",
        labels: { le: "+Inf", queue: "tasks" },
        value: 1000,
      },
      { name: "limit", labels: {}, value: Infinity },
    ]);
  });

  it("has the value of a metric, or none", () => {
    assert.deepEqual([valueOf(samples, "ha_celery_worker_slots"), valueOf(samples, "other")], [2, undefined]);
  });

  it("is on the port that a pod names", () => {
    const ports = [{ name: "metrics", containerPort: 9808 }];
    const pod = { spec: { containers: [{ name: "sidecar" }, { name: "worker", ports }] } };
    assert.deepEqual([portOf(pod, "metrics"), portOf(pod, "other")], [9808, undefined]);
  });
});
