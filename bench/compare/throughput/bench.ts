import type { Cluster } from "../../../operate/cluster/cluster";
import type { Installation } from "../../../operate/cluster/installation";
import { type Pool, poolOf } from "../../../operate/drill/load/pool";
import { until } from "../../../operate/waiting";
import type { Purge } from "../design";
import { scalePool, setReplicas } from "../scale";
import { CountedRun, type FinishedTask } from "./countedRun";
import { type CpuSample, cpuPerTask, sampleCpu } from "./cpu";
import { COUNTED, type Measurement } from "./measurements";
import type { Rate } from "./rates";

const PUBLISH_SECONDS = 300;
const EXECUTE_SECONDS = 300;
/** Until the CPU time is read for the first time. */
const FIRST_POLL_SECONDS = 1;
/** Long, because the ledger counts all tasks for each response, on the machine that is measured. */
const POLL_SECONDS = 3;

/** Figures of one measurement. */
export type Measured = Required<Pick<Rate, "perSecond">> & Pick<Rate, "cpuPerTask">;

/** Measures one design. Scales its workers for each measurement. */
export class Bench {
  private readonly pool: Pool;

  constructor(
    private readonly cluster: Cluster,
    private readonly installation: Installation,
    private readonly purgeCommand: Purge,
    private readonly signal: AbortSignal,
  ) {
    this.pool = poolOf(installation, {});
  }

  /** Returns the tasks per second. Expects no running workers, and leaves those of the measurement running. */
  async measure(measurement: Measurement, name: string): Promise<Measured> {
    const run = new CountedRun(this.cluster, this.installation, this.pool, name, this.signal);
    try {
      await this.purge();
      await run.start(measurement);
      await until("everything is published", PUBLISH_SECONDS, this.signal, () => run.isPublished());
      if (measurement.workers === 0) return { perSecond: await run.publishedPerSecond() };
      const { namespace } = this.installation;
      await setReplicas(this.cluster, namespace, this.pool.name, measurement.workers);
      return await this.executed(run, measurement);
    } finally {
      await run.remove();
    }
  }

  /** Scales the pool, and waits until exactly this many workers run and are ready. */
  async scale(replicas: number): Promise<void> {
    await scalePool(this.cluster, this.installation.namespace, this.pool, replicas, this.signal);
  }

  /** Waits until all tasks are done, and returns the figures of the last ones. */
  private async executed(run: CountedRun, { tasks, workers }: Measurement): Promise<Measured> {
    const untilDone = (count: number, pollSeconds: number): Promise<unknown> =>
      until(
        `${count} tasks are done`,
        EXECUTE_SECONDS,
        this.signal,
        async () => (await run.summary()).executed >= count,
        pollSeconds,
      );
    // Long before, because thousands may end between two polls.
    await untilDone(tasks - 2 * COUNTED, FIRST_POLL_SECONDS);
    const from = await this.sample();
    await untilDone(tasks, POLL_SECONDS);
    const to = await this.sample();
    const finished = await run.finished();
    const ends = finished.map(([, , , , end]) => end);
    return {
      perSecond: Math.round(rateOfLast(finished, COUNTED, workers)),
      ...(from && to && { cpuPerTask: cpuPerTask(from, to, ends) }),
    };
  }

  /** Undefined if a container does not answer: the rate is known without it. */
  private async sample(): Promise<CpuSample | undefined> {
    const { brokers, namespace } = this.installation;
    const pods = [...(await brokers.pods()), ...(await this.cluster.pods(namespace, this.pool.selector))];
    return sampleCpu(this.cluster, pods).catch(() => undefined);
  }

  private async purge(): Promise<void> {
    const { brokers } = this.installation;
    const { leader } = await brokers.queue(this.pool.queue);
    const broker = (await brokers.list()).find(({ node }) => node === leader);
    if (!broker) throw new Error(`queue ${this.pool.queue} of ${this.installation.namespace} has no leader`);
    await brokers.exec(broker, ...this.purgeCommand(this.pool.queue, brokers.vhost));
  }
}

/**
 * Returns the tasks per second over the last `count` tasks. Fails if a worker began later than that, because the rate
 * would be that of fewer workers.
 */
export function rateOfLast(finished: readonly FinishedTask[], count: number, workers: number): number {
  const inOrder = [...finished].sort((one, other) => one[4] - other[4]);
  const [before, last] = [inOrder.slice(0, -count), inOrder.slice(-count)];
  const begun = new Set(before.map(([, , worker]) => worker)).size;
  if (begun < workers)
    throw new Error(
      `only ${begun} of ${workers} workers had begun when the last ${count} of ${finished.length} tasks were left. Use more tasks`,
    );
  const [from, until] = [before.at(-1)?.[4] ?? 0, last.at(-1)?.[4] ?? 0];
  return count / (until - from);
}
