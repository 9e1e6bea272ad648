import type { Events } from "../verdict/events";

/** What the drill publishes and who works on it. */
export interface LoadOptions {
  /** Tasks published per second, by all producers together. */
  readonly rate: number;
  /** Processes that publish, each over a connection of its own. */
  readonly producers: number;
  /** How long each task takes. */
  readonly taskSeconds: number;
  /** Worker pods of the drill's own; with `--use-pool` those of the user's pool work. */
  readonly workers: number;
  /** Tasks at the same time in each worker pod. */
  readonly concurrency: number;
  /** Tasks that a worker holds for each of them.
   * @default undefined: as many as in the user's pool */
  readonly prefetch: number | undefined;
}

export const DEFAULT_LOAD: LoadOptions = {
  rate: 40,
  producers: 1,
  taskSeconds: 0.05,
  workers: 3,
  concurrency: 2,
  prefetch: undefined,
};

/** The drill's pods: ledger, workers, publisher. All carry the label `ha-celery/drill=<run>`. */
export interface Load {
  readonly run: string;
  readonly options: LoadOptions;
  readonly namespace: string;
  readonly queue: string;
  /** Label selectors of the drill's pods. */
  readonly workerSelector: string;
  readonly publisherSelector: string;
  /** Of the workers' Deployment and of the publisher's Job. */
  readonly workersName: string;
  readonly publisherName: string;
  /** Publishes one task that is not of the stream, and is in no count: `poison` kills the process that runs it, each time. */
  publishOne(kind: "poison"): Promise<string>;
  events(): Promise<Events>;
}
