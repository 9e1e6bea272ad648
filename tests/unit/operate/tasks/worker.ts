import { parseMetrics, type Sample } from "../../../../operate/cluster/metrics";

/** Upper limits of the buckets, as in docker/worker/ha_celery/metrics/table.py. */
const LIMITS = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 300, 1800];

/** What a worker has counted of one task. */
export interface Worked {
  readonly task?: string;
  readonly queue?: string;
  readonly succeeded?: number;
  readonly failed?: number;
  readonly retried?: number;
  readonly rejected?: number;
  readonly returned?: number;
  /** Seconds of each run. */
  readonly runtimes?: readonly number[];
  readonly waits?: readonly number[];
}

/** The metrics page of a worker. */
export const workerPage = (startedAt: number | undefined, ...all: readonly Worked[]): Sample[] =>
  parseMetrics(
    [
      ...(startedAt === undefined ? [] : [`process_start_time_seconds ${startedAt}`]),
      "ha_celery_worker_slots 4.0",
      ...all.flatMap(lines),
    ].join("\n"),
  );

function lines(worked: Worked): string[] {
  const { task = "shop.mail", queue = "mail", succeeded = 0, failed = 0, retried = 0 } = worked;
  const { rejected = 0, returned = 0, runtimes = [], waits = [] } = worked;
  const labels = `task="${task}",queue="${queue}"`;
  const ended = succeeded + failed + retried + rejected + returned;
  const counters = { received: ended, succeeded, failed, retried, rejected, returned, discarded: 0 };
  const histogram = (name: string, values: readonly number[]) => [
    ...LIMITS.map(
      (le) => `${name}_bucket{${labels},le="${le}"} ${values.filter((each) => each <= le).length}`,
    ),
    `${name}_bucket{${labels},le="+Inf"} ${values.length}`,
    `${name}_count{${labels}} ${values.length}`,
    `${name}_sum{${labels}} ${values.reduce((sum, each) => sum + each, 0)}`,
  ];
  return [
    ...Object.entries(counters).map(([name, value]) => `ha_celery_tasks_${name}_total{${labels}} ${value}`),
    ...histogram("ha_celery_task_runtime_seconds", runtimes),
    ...histogram("ha_celery_task_queue_wait_seconds", waits),
  ];
}
