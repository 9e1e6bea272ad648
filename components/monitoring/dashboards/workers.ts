import {
  type Dashboard,
  type GraphPanel,
  NAMESPACE_VARIABLE,
  ofWorkers,
  quantile,
  rate,
  type Unit,
  WORKERS_VARIABLE,
} from "./panels";

const TASK = 'task=~"$task"';
const ofTasks = ofWorkers(TASK);

const byTask = (title: string, outcome: string, description?: string): GraphPanel => ({
  kind: "timeseries",
  title,
  unit: "reqps",
  ...(description && { description }),
  queries: [{ expr: rate(`ha_celery_tasks_${outcome}_total${ofTasks}`, "task"), legend: "{{task}}" }],
});

const byPod = (title: string, unit: Unit, metrics: Readonly<Record<string, string>>): GraphPanel => ({
  kind: "timeseries",
  title,
  unit,
  queries: Object.entries(metrics).map(([legend, expr]) => ({ expr, legend: `{{pod}} ${legend}`.trim() })),
});

const sumByPod = (metric: string): string => `sum by (pod) (${metric}${ofWorkers()})`;

/** What each task does, and what the workers that run it do. */
export const workers: Dashboard = {
  id: "workers",
  title: "Celery: workers by task",
  variables: [
    NAMESPACE_VARIABLE,
    WORKERS_VARIABLE,
    {
      name: "task",
      label: "Tasks",
      series: `ha_celery_tasks_received_total${ofWorkers()}`,
      from: "task",
      several: true,
    },
  ],
  rows: [
    {
      title: "Tasks",
      columns: 3,
      panels: [
        {
          kind: "table",
          title: "Tasks",
          unit: "short",
          queries: [
            { expr: rate(`ha_celery_tasks_started_total${ofTasks}`, "task"), legend: "started per s" },
            { expr: rate(`ha_celery_tasks_failed_total${ofTasks}`, "task"), legend: "failed per s" },
            {
              expr: quantile(0.95, `ha_celery_task_runtime_seconds_bucket${ofTasks}`, "task"),
              legend: "runtime in s, 95 %",
            },
            {
              expr: quantile(0.95, `ha_celery_task_queue_wait_seconds_bucket${ofTasks}`, "task"),
              legend: "wait in s, 95 %",
            },
          ],
        },
        byTask("Succeeded", "succeeded"),
        byTask("Failed", "failed", "Tasks that raised an error or exceeded their own time limit."),
        byTask("Retried", "retried"),
        byTask("Rejected", "rejected", "Messages that became dead letters."),
        byTask("Returned", "returned", "Tasks that went back to their queue, and run again."),
        {
          kind: "timeseries",
          title: "Runtime, 95 %",
          unit: "s",
          queries: [
            {
              expr: quantile(0.95, `ha_celery_task_runtime_seconds_bucket${ofTasks}`, "task"),
              legend: "{{task}}",
            },
          ],
        },
        {
          kind: "timeseries",
          title: "Wait in the queue, 95 %",
          unit: "s",
          queries: [
            {
              expr: quantile(0.95, `ha_celery_task_queue_wait_seconds_bucket${ofTasks}`, "queue"),
              legend: "{{queue}}",
            },
          ],
        },
        {
          kind: "timeseries",
          title: "Busy slots by task",
          description: "Slots that a task occupies on average: its rate times its mean runtime.",
          unit: "short",
          queries: [
            { expr: rate(`ha_celery_task_runtime_seconds_sum${ofTasks}`, "task"), legend: "{{task}}" },
          ],
        },
      ],
    },
    {
      title: "Workers",
      columns: 3,
      panels: [
        byPod("Busy slots", "percentunit", {
          "": `${sumByPod("ha_celery_worker_slots_busy")} / ${sumByPod("ha_celery_worker_slots")}`,
        }),
        byPod("Prefetched tasks", "short", { "": sumByPod("ha_celery_worker_tasks_prefetched") }),
        {
          kind: "state-timeline",
          title: "Consumes",
          unit: "none",
          queries: [{ expr: sumByPod("ha_celery_worker_connected"), legend: "{{pod}}" }],
          thresholds: [
            { from: 0, color: "red" },
            { from: 1, color: "green" },
          ],
          texts: { "0": "no", "1": "yes" },
        },
        byPod("Reconnects", "reqps", { "": rate(`ha_celery_worker_reconnects_total${ofWorkers()}`, "pod") }),
        byPod("Publishing", "short", {
          "under way": sumByPod("ha_celery_publish_under_way"),
          "failed attempts per s": rate(`ha_celery_publish_failed_attempts_total${ofWorkers()}`, "pod"),
          "failed calls per s": rate(`ha_celery_publish_failed_total${ofWorkers()}`, "pod"),
        }),
        {
          kind: "timeseries",
          title: "Confirmed publishes",
          unit: "reqps",
          queries: [
            { expr: rate(`ha_celery_publish_seconds_count${ofWorkers()}`, "pod"), legend: "{{pod}}" },
          ],
        },
        byPod("CPU of the main process", "percentunit", {
          "": rate(`process_cpu_seconds_total${ofWorkers()}`, "pod"),
        }),
        byPod("Memory of the main process", "bytes", { "": sumByPod("process_resident_memory_bytes") }),
      ],
    },
  ],
};
