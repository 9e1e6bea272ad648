import {
  BROKER_VARIABLE,
  type Dashboard,
  MESSAGES,
  NAMESPACE_VARIABLE,
  ofBroker,
  ofWorkers,
  quantile,
  WORKERS_VARIABLE,
} from "./panels";

const PASSED = `min by (scene) (ha_celery_drill_passed${ofBroker()})`;
const VERDICTS = {
  thresholds: [
    { from: 0, color: "red" },
    { from: 1, color: "green" },
  ],
  texts: { "0": "failed", "1": "passed" },
} as const;

/** Verdicts of `ScheduledDrills`, and what the tasks did meanwhile. */
export const drills: Dashboard = {
  id: "drills",
  title: "Celery: drills",
  variables: [NAMESPACE_VARIABLE, BROKER_VARIABLE, WORKERS_VARIABLE],
  rows: [
    {
      title: "Verdicts",
      columns: 2,
      panels: [
        {
          kind: "stat",
          title: "Latest verdict",
          unit: "none",
          queries: [{ expr: PASSED, legend: "{{scene}}" }],
          ...VERDICTS,
        },
        {
          kind: "stat",
          title: "Time since the latest drill",
          unit: "s",
          queries: [
            {
              expr: `time() - max by (scene) (ha_celery_drill_finished_timestamp_seconds${ofBroker()})`,
              legend: "{{scene}}",
            },
          ],
        },
        {
          kind: "state-timeline",
          title: "Verdicts over time",
          unit: "none",
          queries: [{ expr: PASSED, legend: "{{scene}}" }],
          ...VERDICTS,
        },
        {
          kind: "timeseries",
          title: "Broker nodes and workers",
          unit: "short",
          queries: [
            {
              expr: `count(rabbitmq_erlang_uptime_seconds${ofBroker()})`,
              legend: "broker nodes that answer",
            },
            { expr: `sum(ha_celery_worker_connected${ofWorkers()})`, legend: "workers that consume" },
          ],
        },
      ],
    },
    {
      title: "Tasks during drills",
      columns: 2,
      panels: [
        MESSAGES,
        {
          kind: "timeseries",
          title: "Wait of the application's tasks, 99 %",
          unit: "s",
          queries: [
            {
              expr: quantile(0.99, `ha_celery_task_queue_wait_seconds_bucket${ofWorkers()}`, "queue"),
              legend: "{{queue}}",
            },
          ],
        },
      ],
    },
  ],
};
