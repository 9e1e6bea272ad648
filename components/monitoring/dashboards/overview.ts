import {
  BROKER_VARIABLE,
  type Dashboard,
  inNamespace,
  MESSAGES,
  NAMESPACE_VARIABLE,
  ofBroker,
  ofWorkers,
  quantile,
  rate,
  WORKERS_VARIABLE,
} from "./panels";

/** Whether tasks flow, and what is wrong. */
export const overview: Dashboard = {
  id: "overview",
  title: "Celery: overview",
  variables: [NAMESPACE_VARIABLE, BROKER_VARIABLE, WORKERS_VARIABLE],
  rows: [
    {
      title: "Now",
      columns: 6,
      panels: [
        {
          kind: "stat",
          title: "Broker nodes that answer",
          unit: "none",
          queries: [{ expr: `count(rabbitmq_erlang_uptime_seconds${ofBroker()})` }],
        },
        {
          kind: "stat",
          title: "Alarms",
          description: "Memory and disk alarms of broker nodes. Each blocks all publishers.",
          unit: "none",
          queries: [
            {
              expr: `sum(rabbitmq_alarms_memory_used_watermark${ofBroker()}) + sum(rabbitmq_alarms_free_disk_space_watermark${ofBroker()})`,
            },
          ],
          thresholds: [
            { from: 0, color: "green" },
            { from: 1, color: "red" },
          ],
        },
        {
          kind: "stat",
          title: "Workers that consume",
          unit: "none",
          queries: [{ expr: `sum(ha_celery_worker_connected${ofWorkers()})` }],
          thresholds: [
            { from: 0, color: "red" },
            { from: 1, color: "green" },
          ],
        },
        {
          kind: "stat",
          title: "Messages in queues",
          description: "Ready and unacknowledged, in all queues, delayed tasks and dead letters included.",
          unit: "short",
          queries: [{ expr: `sum(rabbitmq_queue_messages${ofBroker()})` }],
        },
        {
          kind: "stat",
          title: "Dead letters",
          unit: "short",
          queries: [{ expr: `max(ha_celery_dead_letters${ofBroker()})` }],
          thresholds: [
            { from: 0, color: "green" },
            { from: 1, color: "orange" },
          ],
        },
        {
          kind: "stat",
          title: "Beat's last tick",
          description: "Time since beat's last tick. No data without a beat.",
          unit: "s",
          queries: [{ expr: `time() - max(ha_celery_beat_last_tick_timestamp_seconds${inNamespace()})` }],
          thresholds: [
            { from: 0, color: "green" },
            { from: 60, color: "red" },
          ],
        },
      ],
    },
    {
      title: "Tasks",
      columns: 3,
      panels: [
        {
          kind: "timeseries",
          title: "Finished tasks",
          unit: "reqps",
          queries: ["succeeded", "failed", "retried", "rejected", "returned"].map((outcome) => ({
            expr: rate(`ha_celery_tasks_${outcome}_total${ofWorkers()}`),
            legend: outcome,
          })),
        },
        {
          kind: "timeseries",
          title: "Wait in the queue",
          description: "From publishing, or from the end of a delay, until the task begins.",
          unit: "s",
          queries: [0.5, 0.9, 0.99].map((share) => ({
            expr: quantile(share, `ha_celery_task_queue_wait_seconds_bucket${ofWorkers()}`),
            legend: `${share * 100} %`,
          })),
        },
        {
          kind: "timeseries",
          title: "Busy slots",
          unit: "short",
          queries: [
            { expr: `sum(ha_celery_worker_slots${ofWorkers()})`, legend: "slots" },
            { expr: `sum(ha_celery_worker_slots_busy${ofWorkers()})`, legend: "busy" },
            { expr: `sum(ha_celery_worker_tasks_prefetched${ofWorkers()})`, legend: "prefetched tasks" },
          ],
        },
        {
          kind: "timeseries",
          title: "Ready messages by queue",
          unit: "short",
          queries: [
            {
              expr: `sum by (queue) (rabbitmq_detailed_queue_messages_ready${ofBroker('queue!~"celery_delayed_.*"')})`,
              legend: "{{queue}}",
            },
          ],
        },
        MESSAGES,
        {
          kind: "timeseries",
          title: "Publishing by workers",
          description: "Time until the broker's confirm, repetitions included.",
          unit: "s",
          queries: [0.5, 0.99].map((share) => ({
            expr: quantile(share, `ha_celery_publish_seconds_bucket${ofWorkers()}`),
            legend: `${share * 100} %`,
          })),
        },
      ],
    },
    {
      title: "Alerts",
      columns: 2,
      panels: [
        {
          kind: "state-timeline",
          title: "Pending and firing alerts",
          description: "Each has a page in docs/runbooks.",
          unit: "none",
          queries: [
            {
              expr: `max by (alertname, alertstate) (ALERTS${inNamespace('alertname=~"HaCelery.*"')})`,
              legend: "{{alertname}} {{alertstate}}",
            },
          ],
          thresholds: [
            { from: 0, color: "green" },
            { from: 1, color: "red" },
          ],
        },
      ],
    },
  ],
};
