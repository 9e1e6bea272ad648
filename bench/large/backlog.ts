import { max } from "d3-array";
import type { Cluster } from "../../operate/cluster/cluster";
import type { Installation } from "../../operate/cluster/installation";
import { poolOf } from "../../operate/drill/load/pool";
import { until, wait } from "../../operate/waiting";
import { Bench } from "../compare/throughput/bench";
import { purgeRabbitMq } from "../compare/design";
import { CountedRun, type FinishedTask, type Summary } from "../compare/throughput/countedRun";
import { memoryOf } from "./atRest";

/** RabbitMQ updates the counts of a queue every 5 s. */
const POLL_SECONDS = 5;
const LONGEST_SECONDS = 4 * 3600;
const WORKERS = 3;
const PARTS = 10;

/** Rates of one tenth of a backlog, from the first published or executed task to the last one. */
export interface BacklogPart {
  readonly tasks: number;
  readonly publishedPerSecond: number;
  readonly executedPerSecond: number;
  /** Of the broker with most, while the queue had this length. */
  readonly publishingMib: number;
}

export interface Backlog extends Summary {
  readonly parts: readonly BacklogPart[];
}

interface Sample {
  readonly at: number;
  readonly messages: number;
  readonly mib: number;
}

/** Publishes tasks while no worker runs, then executes them, and counts them. */
export async function backlog(
  cluster: Cluster,
  installation: Installation,
  tasks: number,
  payloadBytes: number,
  signal: AbortSignal,
): Promise<Backlog> {
  const { brokers } = installation;
  const pool = poolOf(installation, {});
  const bench = new Bench(cluster, installation, purgeRabbitMq, signal);
  const run = new CountedRun(cluster, installation, pool, "backlog", signal);
  const samples: Sample[] = [];
  const sample = async () => {
    const [{ messages = 0 }, mib] = await Promise.all([
      brokers.queue(pool.queue),
      memoryOf(cluster, await brokers.pods()),
    ]);
    samples.push({ at: Date.now() / 1000, messages, mib: max(mib) ?? 0 });
    return messages;
  };
  await bench.scale(0);
  try {
    await run.start({ workers: WORKERS, tasks, producers: 1, window: 500, payloadBytes, taskSeconds: 0 });
    while (!(await run.isPublished())) {
      await sample();
      await wait(POLL_SECONDS, signal);
    }
    await until("all tasks are counted", 60, signal, async () => (await sample()) >= tasks, POLL_SECONDS);
    await bench.scale(WORKERS);
    await until(
      "the queue is empty",
      LONGEST_SECONDS,
      signal,
      async () => (await sample()) === 0,
      POLL_SECONDS,
    );
    await until("no task is missing", 90, signal, async () => (await run.summary()).lost === 0).catch(
      () => {},
    );
    return { ...(await run.summary()), parts: partsOf(samples, await run.finished(), tasks) };
  } finally {
    await run.remove();
    await bench.scale(WORKERS);
  }
}

/** Divides a backlog into ten parts. */
export function partsOf(
  samples: readonly Sample[],
  finished: readonly FinishedTask[],
  tasks: number,
): BacklogPart[] {
  const size = tasks / PARTS;
  const ends = finished.map(([, , , , end]) => end).sort((one, other) => one - other);
  const reached = (count: number) => samples.findIndex(({ messages }) => messages >= count);
  return Array.from({ length: PARTS }, (_, index) => {
    const [from, to] = [Math.round(index * size), Math.round((index + 1) * size)];
    const part = samples.slice(Math.max(0, reached(from + 1) - 1), reached(to) + 1);
    const [first, last] = [part.at(0), part.at(-1)];
    const published = (last?.messages ?? 0) - (first?.messages ?? 0);
    return {
      tasks: to,
      publishedPerSecond: Math.round(published / ((last?.at ?? 0) - (first?.at ?? 0))),
      executedPerSecond: Math.round((to - from - 1) / ((ends[to - 1] ?? 0) - (ends[from] ?? 0))),
      publishingMib: Math.round(max(part, ({ mib }) => mib) ?? 0),
    };
  });
}
