import { randomBytes } from "node:crypto";
import type { V1Job } from "@kubernetes/client-node";
import type { Cluster } from "../../../operate/cluster/cluster";
import { isReady, nameOf } from "../../../operate/cluster/objects";
import { requestPod } from "../../../operate/cluster/podRequest";
import type { Installation } from "../../../operate/cluster/installation";
import { DEFAULT_LOAD } from "../../../operate/drill/load";
import { LEDGER_PORT, objectName, Role, runSelector } from "../../../operate/drill/load/names";
import {
  ledgerNetworkPolicy,
  ledgerPod,
  ledgerSecret,
  type LoadSpec,
  publisherJob,
} from "../../../operate/drill/load/objects";
import { type Pool, poolOf } from "../../../operate/drill/load/pool";
import { NonRetryableError, until } from "../../../operate/waiting";
import type { Purge } from "../design";
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
  private readonly ledgerToken = randomBytes(24).toString("hex");

  constructor(
    private readonly cluster: Cluster,
    private readonly installation: Installation,
    private readonly purgeCommand: Purge,
    private readonly signal: AbortSignal,
  ) {
    this.pool = poolOf(installation, {});
  }

  /** Returns the tasks per second. Expects no running workers, and leaves those of the measurement running. */
  async measure(measurement: Measurement, run: string): Promise<Measured> {
    const { namespace } = this.installation;
    const spec: LoadSpec = {
      run,
      namespace,
      template: this.pool.template,
      options: DEFAULT_LOAD,
      publisher: this.installation.publisher,
      avoid: [],
    };
    try {
      await this.purge();
      await this.cluster.core.createNamespacedSecret({
        namespace,
        body: ledgerSecret(spec, this.ledgerToken),
      });
      await this.cluster.core.createNamespacedPod({ namespace, body: ledgerPod(spec) });
      await this.cluster.networkPolicies.createNamespacedNetworkPolicy({
        namespace,
        body: ledgerNetworkPolicy(spec),
      });
      const published = await this.publish(spec, measurement);
      if (measurement.workers === 0) return { perSecond: published };
      await this.setReplicas(measurement.workers);
      return await this.executed(run, measurement);
    } finally {
      await this.remove(run);
    }
  }

  /** Scales the pool, and waits until exactly this many workers run and are ready. */
  async scale(replicas: number): Promise<void> {
    const { namespace } = this.installation;
    await this.setReplicas(replicas);
    await until(`there are ${replicas} workers`, 180, this.signal, async () => {
      const { items } = await this.cluster.core.listNamespacedPod({
        namespace,
        labelSelector: this.pool.selector,
      });
      return items.length === replicas && items.every(isReady);
    });
  }

  private async setReplicas(value: number): Promise<void> {
    await this.cluster.apps.patchNamespacedDeploymentScale({
      namespace: this.installation.namespace,
      name: this.pool.name,
      body: [{ op: "replace", path: "/spec/replicas", value }],
    });
  }

  private async publish(spec: LoadSpec, measurement: Measurement): Promise<number> {
    const { namespace, run } = spec;
    const ledger = objectName(run, Role.Ledger);
    let address = "";
    await until("the ledger is ready", 60, this.signal, async () => {
      const pod = await this.cluster.core.readNamespacedPod({ namespace, name: ledger });
      address = pod.status?.podIP ?? "";
      return isReady(pod);
    });
    const body = throughputJob(spec, `http://${address}:${LEDGER_PORT}`, this.pool.queue, measurement);
    await this.cluster.batch.createNamespacedJob({ namespace, body });
    const name = nameOf(body);
    await until("everything is published", PUBLISH_SECONDS, this.signal, async () => {
      const { status } = await this.cluster.batch.readNamespacedJob({ namespace, name });
      if (status?.failed)
        throw new NonRetryableError(`the publisher failed: kubectl -n ${namespace} logs job/${name}`);
      return (status?.succeeded ?? 0) > 0;
    });
    const [pod] = await this.cluster.pods(namespace, `job-name=${name}`);
    const message = pod?.status?.containerStatuses?.[0]?.state?.terminated?.message ?? "";
    return (JSON.parse(message) as { perSecond: number }).perSecond;
  }

  /** Waits until all tasks are done, and returns the figures of the last ones. */
  private async executed(run: string, { tasks, workers }: Measurement): Promise<Measured> {
    const request = {
      namespace: this.installation.namespace,
      pod: objectName(run, Role.Ledger),
      port: LEDGER_PORT,
      auth: `:${this.ledgerToken}`,
    };
    const untilDone = (count: number, pollSeconds: number): Promise<unknown> =>
      until(
        `${count} tasks are done`,
        EXECUTE_SECONDS,
        this.signal,
        async () => {
          const path = `/summary?run=${run}`;
          return (
            (await requestPod<{ executed: number }>(this.cluster, { ...request, path })).executed >= count
          );
        },
        pollSeconds,
      );
    // Long before, because thousands may end between two polls.
    await untilDone(tasks - 2 * COUNTED, FIRST_POLL_SECONDS);
    const from = await this.sample();
    await untilDone(tasks, POLL_SECONDS);
    const to = await this.sample();
    const { finished } = await requestPod<{ finished: FinishedTask[] }>(this.cluster, {
      ...request,
      path: `/events?run=${run}`,
      timeoutSeconds: 60,
    });
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

  private async remove(run: string): Promise<void> {
    const { namespace } = this.installation;
    const labelSelector = runSelector(run);
    const all = { namespace, labelSelector, gracePeriodSeconds: 0, propagationPolicy: "Background" };
    await this.cluster.batch.deleteCollectionNamespacedJob(all);
    await this.cluster.core.deleteCollectionNamespacedPod(all);
    await this.cluster.core.deleteCollectionNamespacedSecret({ namespace, labelSelector });
    await this.cluster.networkPolicies.deleteCollectionNamespacedNetworkPolicy({ namespace, labelSelector });
  }
}

/** The drill's publisher, which publishes a given number of tasks at full speed. */
export function throughputJob(
  spec: LoadSpec,
  ledgerUrl: string,
  queue: string,
  { workers, tasks, producers, window, payloadBytes, taskSeconds }: Measurement,
): V1Job {
  const job = publisherJob(spec, ledgerUrl, queue);
  const [container] = job.spec?.template.spec?.containers ?? [];
  const variables: Record<string, string> = {
    DRILL_KIND: "count",
    DRILL_RATE: "0",
    DRILL_TASKS: String(tasks),
    DRILL_PRODUCERS: String(producers),
    DRILL_WINDOW: String(window),
    DRILL_PAYLOAD_BYTES: String(payloadBytes),
    DRILL_TASK_SECONDS: String(taskSeconds),
    // Only the peers' publisher reads this. Ours confirms many tasks together.
    ...(workers > 0 && { PEER_FILLS: "true" }),
  };
  if (container)
    container.env = [
      ...(container.env ?? []).filter(({ name }) => !(name in variables)),
      ...Object.entries(variables).map(([name, value]) => ({ name, value })),
    ];
  return job;
}

/** A finished task in the ledger's response: id, attempt, worker, start, and end. */
export type FinishedTask = [string, number, string, number, number];

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
