import type { Events } from "../verdict/events";

/** Kinds of load: single tasks, or workflows of Celery (chains, chords, callbacks, retries, `send_task`) in turn. */
export const LOAD_KINDS = ["tasks", "canvas"] as const;
export type LoadKind = (typeof LOAD_KINDS)[number];

/** What the drill publishes, and the workers that run it. */
export interface LoadOptions {
  readonly kind: LoadKind;
  /** Tasks published per second by all producers together. The tasks of a workflow count from its first one. */
  readonly rate: number;
  /** Publisher processes, each with its own connection. */
  readonly producers: number;
  /** Duration of each task. */
  readonly taskSeconds: number;
  /** Worker pods that the drill starts. With `--use-pool`, the workers of the user's pool run the tasks instead. */
  readonly workers: number;
  /** Concurrent tasks per worker pod. */
  readonly concurrency: number;
  /**
   * Tasks that a worker prefetches per concurrent task.
   * @default undefined: the setting of the user's pool
   */
  readonly prefetch: number | undefined;
  /** Size of an additional argument of each task, in bytes. Workflows have none. */
  readonly payloadBytes: number;
}

export const DEFAULT_LOAD: LoadOptions = {
  kind: "tasks",
  rate: 40,
  producers: 1,
  taskSeconds: 0.05,
  workers: 3,
  concurrency: 2,
  prefetch: undefined,
  payloadBytes: 0,
};

/**
 * Adapts a load to workflows. They cost more messages and HTTP requests per task, and some begin with a task of 15 s,
 * which occupies a slot.
 */
export const canvasLoad = (load: LoadOptions): LoadOptions => ({
  ...load,
  kind: "canvas",
  rate: load.rate / 4,
  concurrency: load.concurrency * 2,
  payloadBytes: 0,
});

/** The drill's pods: ledger, workers, and publisher. All have the label `ha-celery/drill=<run>`. */
export interface Load {
  readonly run: string;
  readonly options: LoadOptions;
  readonly namespace: string;
  readonly queue: string;
  readonly workerSelector: string;
  readonly publisherSelector: string;
  /** Name of the workers' Deployment. */
  readonly workersName: string;
  /** Name of the publisher's Job. */
  readonly publisherName: string;
  /** Publishes one extra task that is not counted. `poison` kills the process that runs it, each time. */
  publishOne(task: "poison"): Promise<string>;
  events(): Promise<Events>;
}
