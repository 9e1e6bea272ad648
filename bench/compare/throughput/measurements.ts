/** What is measured, the same for both designs. */
export interface Measurement {
  readonly title: string;
  /** Publishing alone, or executing what was published before by so many workers. */
  readonly workers: number;
  readonly tasks: number;
  readonly producers: number;
  /** How many tasks a producer has unconfirmed at most; the seed's design confirms none. */
  readonly window: number;
  readonly payloadBytes: number;
  /** Only where publishers can wait for confirms, or be several. */
  readonly oursAlone?: boolean;
}

/** The rate of executing is taken over the last ones: then every worker has begun. */
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
