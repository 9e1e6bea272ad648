import { OURS } from "../contestant";

/** One measurement, the same for every design. */
export interface Measurement {
  readonly title: string;
  /** Number of workers that execute tasks published before. 0 measures publishing alone. */
  readonly workers: number;
  readonly tasks: number;
  readonly producers: number;
  /** Largest number of unconfirmed tasks per producer of ours. The peers' publisher waits for each task. */
  readonly window: number;
  readonly payloadBytes: number;
  /** Duration of each task, in seconds. */
  readonly taskSeconds: number;
  /** Names of the designs that can do this. Default: all. */
  readonly designs?: readonly string[];
}

/** The execution rate is measured over the last tasks, when every worker has begun. */
export const COUNTED = 5_000;

const WINDOW = 500;
const publish = { workers: 0, tasks: 5_000, producers: 1, window: WINDOW, payloadBytes: 0, taskSeconds: 0 };
const execute = { ...publish, tasks: 24_000 };

export const MEASUREMENTS: readonly Measurement[] = [
  { ...publish, title: "published tasks/s, one producer" },
  {
    ...publish,
    title: "published tasks/s, one at a time: each waits for its confirm",
    window: 1,
    tasks: 1_500,
    designs: [OURS, "careful"],
  },
  {
    ...publish,
    title: "published tasks/s, 8 producers",
    producers: 8,
    tasks: 8_000,
    designs: [OURS],
  },
  { ...execute, title: "no-op tasks/s, 1 worker", workers: 1, tasks: 16_000 },
  { ...execute, title: "no-op tasks/s, 3 workers", workers: 3 },
  { ...execute, title: "1 kB tasks/s, 1 worker", workers: 1, tasks: 16_000, payloadBytes: 1024 },
  { ...execute, title: "1 kB tasks/s, 3 workers", workers: 3, payloadBytes: 1024 },
  {
    ...execute,
    title: "10 ms tasks/s, 3 workers of 2 slots (at most 600)",
    workers: 3,
    tasks: 16_000,
    taskSeconds: 0.01,
  },
];
