/** Where a figure comes from. */
export const Basis = {
  /** Measured with this code; the source is the page that says how. */
  Measured: "measured",
  /** The rule of a vendor or of the code. */
  Documented: "documented",
  /** Neither: a guess on the safe side. */
  Estimate: "estimate",
} as const;
/** A value of the constant of the same name. */
export type Basis = (typeof Basis)[keyof typeof Basis];

/** One figure that sizes are computed from. */
export interface Figure {
  readonly meaning: string;
  /** The value that sizes are computed with, on the expensive side of the range. */
  readonly value: number;
  readonly unit: string;
  /** Least and most of the runs.
   * @default none; one value */
  readonly range?: readonly [number, number];
  readonly basis: Basis;
  /** Page of docs/ and its section, or address. */
  readonly source: string;
}

const SIZING = "decisions/sizing.md";
const THROUGHPUT = "decisions/throughput.md";
const MEMORY = "decisions/broker-memory.md";
const DISKS = "https://cloud.google.com/compute/docs/disks/performance";

/** Every figure that `ha-celery size` computes with. A new measurement changes its row only. */
export const FIGURES = {
  publishCpu: {
    meaning:
      "CPU of three broker nodes to store a task of up to 1 kB; twice the measured, as executing costs twice as much in Kubernetes",
    value: 0.4,
    unit: "ms",
    range: [0.14, 0.22],
    basis: Basis.Measured,
    source: SIZING,
  },
  executeCpu: {
    meaning: "CPU of three broker nodes to deliver a task and store its acknowledgement",
    value: 1.2,
    unit: "ms",
    range: [0.42, 1.18],
    basis: Basis.Measured,
    source: THROUGHPUT,
  },
  byteCpu: {
    meaning: "CPU of three broker nodes for each MB of payload, stored and delivered; from 100 kB on",
    value: 20,
    unit: "ms",
    range: [11.4, 15.2],
    basis: Basis.Measured,
    source: SIZING,
  },
  leaderShare: {
    meaning: "share of that CPU on the node that leads the queue and has the clients' connections",
    value: 0.5,
    unit: "",
    range: [0.42, 0.5],
    basis: Basis.Measured,
    source: SIZING,
  },
  tlsCpu: {
    meaning: "more CPU of brokers with TLS to clients and between nodes",
    value: 1.3,
    unit: "times",
    basis: Basis.Estimate,
    source: "how-to/sizing.md",
  },
  restCpu: {
    meaning: "CPU of a broker node at rest, with monitoring and probes",
    value: 50,
    unit: "ms/s",
    basis: Basis.Estimate,
    source: SIZING,
  },
  queueRate: {
    meaning:
      "tasks that one quorum queue delivers: PerfTest, prefetch 8, half acknowledged together, on 2 cores",
    value: 2640,
    unit: "tasks/s",
    basis: Basis.Measured,
    source: SIZING,
  },
  queueBacklog: {
    meaning: "tasks in one queue; a queue with a million reports its tasks 66 s after all nodes start",
    value: 4_000_000,
    unit: "tasks",
    basis: Basis.Estimate,
    source: MEMORY,
  },
  brokerMemory: {
    meaning: "memory of a broker node without tasks",
    value: 105,
    unit: "MiB",
    range: [78, 105],
    basis: Basis.Measured,
    source: MEMORY,
  },
  walFiles: {
    meaning: "files of the write-ahead log in memory, and on the volume, at the same time",
    value: 3,
    unit: "files",
    basis: Basis.Measured,
    source: MEMORY,
  },
  taskMemory: {
    meaning: "memory of a broker node for each queued task, whatever its size",
    value: 150,
    unit: "B",
    basis: Basis.Measured,
    source: MEMORY,
  },
  connectionMemory: {
    meaning: "memory of a broker node for each idle connection with a channel",
    value: 120,
    unit: "kB",
    basis: Basis.Measured,
    source: SIZING,
  },
  queueMemory: {
    meaning: "memory of a broker node for each queue without tasks",
    value: 300,
    unit: "kB",
    basis: Basis.Estimate,
    source: SIZING,
  },
  inFlightCopies: {
    meaning: "copies of each payload in flight in the memory of a broker node",
    value: 3,
    unit: "copies",
    basis: Basis.Estimate,
    source: SIZING,
  },
  taskDisk: {
    meaning: "volume of a broker node for each queued task besides its payload",
    value: 600,
    unit: "B",
    range: [490, 610],
    basis: Basis.Measured,
    source: MEMORY,
  },
  reprDisk: {
    meaning: "most of a payload that Celery repeats in the task's headers, as text for logs",
    value: 1024,
    unit: "B",
    basis: Basis.Measured,
    source: SIZING,
  },
  queueDisk: {
    meaning: "newest file of each queue's log, which is never given up",
    value: 64,
    unit: "MB",
    basis: Basis.Measured,
    source: "decisions/full-disk.md",
  },
  diskFill: {
    meaning: "share of the volume for tasks that is planned to be used",
    value: 0.75,
    unit: "",
    basis: Basis.Estimate,
    source: "how-to/sizing.md",
  },
  writes: {
    meaning: "times that a broker node writes each byte: write-ahead log, then the queue's file",
    value: 2,
    unit: "times",
    basis: Basis.Documented,
    source: "https://www.rabbitmq.com/docs/quorum-queues",
  },
  ssdThroughput: {
    meaning: "throughput of a pd-ssd for each GiB, without its baseline",
    value: 0.48,
    unit: "MiB/s",
    basis: Basis.Documented,
    source: DISKS,
  },
  mainCpu: {
    meaning: "CPU of a worker's main process for each task",
    value: 1.3,
    unit: "ms",
    range: [0.3, 1.3],
    basis: Basis.Measured,
    source: THROUGHPUT,
  },
  slotCpu: {
    meaning: "CPU of a worker's pool process for each task, without the task itself",
    value: 0.8,
    unit: "ms",
    range: [0.22, 0.8],
    basis: Basis.Measured,
    source: THROUGHPUT,
  },
  workerByteCpu: {
    meaning: "CPU of a worker for each MB of payload",
    value: 10,
    unit: "ms",
    range: [2.2, 7.8],
    basis: Basis.Measured,
    source: SIZING,
  },
  workerRate: {
    meaning: "no-op tasks of one worker pod, whose main process is one thread",
    value: 400,
    unit: "tasks/s",
    range: [387, 845],
    basis: Basis.Measured,
    source: THROUGHPUT,
  },
  workerMemory: {
    meaning: "memory of a worker's main process with Celery and our package",
    value: 60,
    unit: "MiB",
    range: [42, 53],
    basis: Basis.Measured,
    source: SIZING,
  },
  slotMemory: {
    meaning: "memory of each pool process before the application's own",
    value: 45,
    unit: "MiB",
    range: [36, 39],
    basis: Basis.Measured,
    source: SIZING,
  },
  payloadCopies: {
    meaning: "copies of a payload of 1 MB and more in a worker's memory for each task in hand",
    value: 10,
    unit: "copies",
    range: [5, 22],
    basis: Basis.Measured,
    source: SIZING,
  },
  nodeCpu: {
    meaning: "CPU requests of GKE's own pods on a node",
    value: 0.6,
    unit: "CPUs",
    basis: Basis.Estimate,
    source: "how-to/sizing.md",
  },
  nodeMemory: {
    meaning: "memory requests of GKE's own pods on a node",
    value: 1,
    unit: "GiB",
    basis: Basis.Estimate,
    source: "how-to/sizing.md",
  },
} as const satisfies Readonly<Record<string, Figure>>;

/** A value of each figure. */
export type Values = Readonly<Record<keyof typeof FIGURES, number>>;

const valuesBy = (pick: (figure: Figure) => number): Values =>
  Object.fromEntries(Object.entries(FIGURES).map(([name, figure]) => [name, pick(figure)])) as Values;

/** The values that sizes are computed with. */
export const VALUES = valuesBy(({ value }) => value);

/** The least that was measured, for the other end of the range. */
export const LEAST = valuesBy(({ value, range }) => range?.[0] ?? value);
