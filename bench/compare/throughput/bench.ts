import type { V1Job } from "@kubernetes/client-node";
import { type Cluster, isReady, nameOf } from "../../../operate/cluster/cluster";
import { ask } from "../../../operate/cluster/forward";
import type { Installation } from "../../../operate/cluster/installation";
import { DEFAULT_LOAD } from "../../../operate/drill/load";
import { DRILL_LABEL, LEDGER_PORT, objectName, Role } from "../../../operate/drill/load/names";
import { type Basis, ledgerAccess, ledgerPod, publisherJob } from "../../../operate/drill/load/objects";
import { type Pool, poolOf } from "../../../operate/drill/load/pool";
import { Hopeless, until } from "../../../operate/waiting";
import { COUNTED, type Measurement } from "./measurements";

const PUBLISH_SECONDS = 300;
const EXECUTE_SECONDS = 300;
/** Rarely: the ledger counts all tasks anew for each answer, on the machine that is measured. */
const ASK_SECONDS = 3;

/** Measures one design; its workers are scaled as each measurement wants. */
export class Bench {
  private readonly pool: Pool;

  constructor(
    private readonly cluster: Cluster,
    private readonly installation: Installation,
    private readonly signal: AbortSignal,
  ) {
    this.pool = poolOf(installation, {});
  }

  /** Tasks per second. There must be no workers yet; those of the measurement stay. */
  async measure(measurement: Measurement, run: string): Promise<number> {
    const { namespace } = this.installation;
    const basis: Basis = {
      run,
      namespace,
      template: this.pool.template,
      options: DEFAULT_LOAD,
      publisher: this.installation.publisher,
      avoid: [],
    };
    try {
      await this.purge();
      await this.cluster.core.createNamespacedPod({ namespace, body: ledgerPod(basis) });
      await this.cluster.networkPolicies.createNamespacedNetworkPolicy({
        namespace,
        body: ledgerAccess(basis),
      });
      const published = await this.publish(basis, measurement);
      if (measurement.workers === 0) return published;
      await this.scale(measurement.workers);
      return await this.executed(run, measurement);
    } finally {
      await this.remove(run);
    }
  }

  /** How many workers the pool has. Returns when there are so many and no others are left. */
  async scale(replicas: number): Promise<void> {
    const { namespace } = this.installation;
    await this.cluster.apps.patchNamespacedDeploymentScale({
      namespace,
      name: this.pool.name,
      body: [{ op: "replace", path: "/spec/replicas", value: replicas }],
    });
    await until(`there are ${replicas} workers`, 180, this.signal, async () => {
      const { items } = await this.cluster.core.listNamespacedPod({
        namespace,
        labelSelector: this.pool.selector,
      });
      return items.length === replicas && items.every(isReady);
    });
  }

  private async publish(basis: Basis, measurement: Measurement): Promise<number> {
    const { namespace, run } = basis;
    const ledger = objectName(run, Role.Ledger);
    let address = "";
    await until("the ledger is ready", 60, this.signal, async () => {
      const pod = await this.cluster.core.readNamespacedPod({ namespace, name: ledger });
      address = pod.status?.podIP ?? "";
      return isReady(pod);
    });
    const body = throughputJob(basis, `http://${address}:${LEDGER_PORT}`, this.pool.queue, measurement);
    await this.cluster.batch.createNamespacedJob({ namespace, body });
    const name = nameOf(body);
    await until("everything is published", PUBLISH_SECONDS, this.signal, async () => {
      const { status } = await this.cluster.batch.readNamespacedJob({ namespace, name });
      if (status?.failed)
        throw new Hopeless(`the publisher failed: kubectl -n ${namespace} logs job/${name}`);
      return (status?.succeeded ?? 0) > 0;
    });
    const [pod] = await this.cluster.pods(namespace, `job-name=${name}`);
    const said = pod?.status?.containerStatuses?.[0]?.state?.terminated?.message ?? "";
    return (JSON.parse(said) as { perSecond: number }).perSecond;
  }

  /** The rate of the last tasks, once all are done. */
  private async executed(run: string, { tasks, workers }: Measurement): Promise<number> {
    const question = {
      namespace: this.installation.namespace,
      pod: objectName(run, Role.Ledger),
      port: LEDGER_PORT,
    };
    const done = async (): Promise<boolean> => {
      const path = `/summary?run=${run}`;
      return (await ask<{ executed: number }>(this.cluster, { ...question, path })).executed >= tasks;
    };
    await until(`${tasks} tasks are done`, EXECUTE_SECONDS, this.signal, done, ASK_SECONDS);
    const { finished } = await ask<{ finished: Finished[] }>(this.cluster, {
      ...question,
      path: `/events?run=${run}`,
      timeoutSeconds: 60,
    });
    return rateOfLast(finished, COUNTED, workers);
  }

  private async purge(): Promise<void> {
    const { brokers } = this.installation;
    const [pod] = (await brokers.pods()).filter(isReady);
    if (!pod) throw new Error(`no broker of ${this.installation.namespace} is ready`);
    const command = ["rabbitmqctl", "--quiet", "purge_queue", `--vhost=${brokers.vhost}`, this.pool.queue];
    await brokers.exec({ pod: nameOf(pod) }, ...command);
  }

  private async remove(run: string): Promise<void> {
    const { namespace } = this.installation;
    const labelSelector = `${DRILL_LABEL}=${run}`;
    const all = { namespace, labelSelector, gracePeriodSeconds: 0, propagationPolicy: "Background" };
    await this.cluster.batch.deleteCollectionNamespacedJob(all);
    await this.cluster.core.deleteCollectionNamespacedPod(all);
    await this.cluster.networkPolicies.deleteCollectionNamespacedNetworkPolicy({ namespace, labelSelector });
  }
}

/** The drill's publisher, told to publish so many no-op tasks as fast as it can. */
export function throughputJob(
  basis: Basis,
  ledgerUrl: string,
  queue: string,
  { tasks, producers, window, payloadBytes }: Measurement,
): V1Job {
  const job = publisherJob(basis, ledgerUrl, queue);
  const [container] = job.spec?.template.spec?.containers ?? [];
  const wanted: Record<string, string> = {
    DRILL_KIND: "count",
    DRILL_RATE: "0",
    DRILL_TASKS: String(tasks),
    DRILL_PRODUCERS: String(producers),
    DRILL_WINDOW: String(window),
    DRILL_PAYLOAD_BYTES: String(payloadBytes),
  };
  if (container)
    container.env = [
      ...(container.env ?? []).filter(({ name }) => !(name in wanted)),
      ...Object.entries(wanted).map(([name, value]) => ({ name, value })),
    ];
  return job;
}

/** Id, attempt, worker, start and end, as the ledger tells them. */
export type Finished = [string, number, string, number, number];

/** Tasks per second over the last `count`. Fails when a worker had not begun before them: then it would be another number of workers. */
export function rateOfLast(finished: readonly Finished[], count: number, workers: number): number {
  const inOrder = [...finished].sort((one, other) => one[4] - other[4]);
  const [before, last] = [inOrder.slice(0, -count), inOrder.slice(-count)];
  const begun = new Set(before.map(([, , worker]) => worker)).size;
  if (begun < workers)
    throw new Error(
      `only ${begun} of ${workers} workers had begun when the last ${count} of ${finished.length} tasks were left: more tasks are needed`,
    );
  const [from, until] = [before.at(-1)?.[4] ?? 0, last.at(-1)?.[4] ?? 0];
  return count / (until - from);
}
