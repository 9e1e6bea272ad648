/** One measurement, the same for both designs. */
export interface Measurement {
  readonly title: string;
  /** Number of workers that execute tasks published before. 0 measures publishing alone. */
  readonly workers: number;
  readonly tasks: number;
  readonly producers: number;
  /** Largest number of unconfirmed tasks per producer. The seed's design uses no confirms. */
  readonly window: number;
  readonly payloadBytes: number;
  /** Requires confirms or several publishers, which the seed's design does not have. */
  readonly oursAlone?: boolean;
}

/** The execution rate is measured over the last tasks, when every worker has begun. */
export const COUNTED = 5_000;

const WINDOW = 500;
const publish = { workers: 0, tasks: 5_000, producers: 1, window: WINDOW, payloadBytes: 0 };
const execute = { ...publish, tasks: 12_000 };

export const MEASUREMENTS: readonly Measurement[] = [
  { ...publish, title: "published tasks/s, one producer" },
  {
    ...publish,
    title: "published tasks/s, one at a time: each waits for its confirm",
    window: 1,
    tasks: 1_500,
    oursAlone: true,
  },
  {
    ...publish,
    title: "published tasks/s, 8 producers",
    producers: 8,
    tasks: 8_000,
    oursAlone: true,
  },
  { ...execute, title: "no-op tasks/s, 1 worker", workers: 1, tasks: 8_000 },
  { ...execute, title: "no-op tasks/s, 3 workers", workers: 3 },
  { ...execute, title: "1 kB tasks/s, 1 worker", workers: 1, tasks: 8_000, payloadBytes: 1024 },
  { ...execute, title: "1 kB tasks/s, 3 workers", workers: 3, payloadBytes: 1024 },
];
