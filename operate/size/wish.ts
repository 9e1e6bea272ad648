import { LONGEST_TASK_SECONDS } from "../../components/shared/celery/contract";
import { omitUndefined } from "../../components/shared/omitUndefined";
import { UsageError } from "../errors";
import { bytes, rounded } from "./units";

/** The load that an installation is sized for. */
export interface Wish {
  /** Tasks published and executed per second, at the busiest time. */
  readonly tasksPerSecond: number;
  /** Size of a task's serialized arguments, in bytes, after compression. */
  readonly payload: number;
  /** Run time of a task in seconds, waiting included. */
  readonly taskSeconds: number;
  /** Share of its run time for which a task uses a CPU. */
  readonly cpuShare: number;
  /** Memory that the application needs in each process besides Celery, in bytes. */
  readonly appMemory: number;
  /** Time after which a task is killed, in seconds. */
  readonly longestTaskSeconds: number;
  /** Number of tasks that may wait, for example while workers are stopped. */
  readonly backlog: number;
  /** Processes that publish, each with a connection. */
  readonly publishers: number;
  /** Tasks that a worker pod runs at a time. */
  readonly concurrency: number;
  /** Factor on the rate. 1.5 lets one of three nodes be away. */
  readonly headroom: number;
}

/** Options of the command; all but the rate have a default. */
export type GivenWish = Pick<Wish, "tasksPerSecond"> & Partial<Wish>;

/** Defaults that do not depend on other options. */
export const DEFAULTS = {
  payload: 1000,
  taskSeconds: 0.1,
  cpuShare: 1,
  appMemory: 100e6,
  publishers: 10,
  headroom: 1.5,
} as const satisfies Partial<Wish>;

/** RabbitMQ's `max_message_size`, which `ha_celery` also checks before it sends. */
export const LARGEST_PAYLOAD = 16 * 2 ** 20;

const BACKLOG_SECONDS = 600;
const LEAST_LIMIT_SECONDS = 60;
/** Room for slow runs of a task before it is killed. */
const SLOW_RUN = 10;
const COMPUTING = { share: 0.5, concurrency: 4 };
const WAITING_CONCURRENCY = 8;

/** Adds the defaults, and refuses what no installation can do. */
export function resolveWish(options: GivenWish): Wish {
  const given = { ...DEFAULTS, ...omitUndefined(options) };
  const { tasksPerSecond, payload, taskSeconds, cpuShare } = given;
  const most = LONGEST_TASK_SECONDS.most;
  if (payload > LARGEST_PAYLOAD)
    throw new UsageError(
      `--payload is ${bytes(payload)}, but RabbitMQ accepts messages of at most 16 MiB (${LARGEST_PAYLOAD} bytes). Store the data elsewhere, such as in object storage, and publish a reference: --payload 1kB. The nearest possible: --payload 16MiB`,
    );
  if (taskSeconds > most)
    throw new UsageError(
      `--task-seconds is ${taskSeconds}, but RabbitMQ waits for an acknowledgement for at most ${most} s of each task (a week, the largest longestTaskSeconds). Split the task. The nearest possible: --task-seconds ${most}`,
    );
  const longestTaskSeconds =
    given.longestTaskSeconds ??
    Math.min(most, Math.max(LEAST_LIMIT_SECONDS, Math.ceil(SLOW_RUN * taskSeconds)));
  if (taskSeconds > longestTaskSeconds)
    throw new UsageError(
      `--task-seconds is ${taskSeconds}, but --longest-task-seconds is ${longestTaskSeconds}: every task would be killed before it ends, and redelivered. The nearest possible: --longest-task-seconds ${Math.ceil(taskSeconds)}`,
    );
  return {
    ...given,
    longestTaskSeconds,
    backlog: given.backlog ?? rounded(tasksPerSecond * BACKLOG_SECONDS),
    concurrency:
      given.concurrency ?? (cpuShare >= COMPUTING.share ? COMPUTING.concurrency : WAITING_CONCURRENCY),
  };
}
