import type { V1PodTemplateSpec } from "@kubernetes/client-node";
import type { Load, LoadOptions } from ".";
import { type Cluster, isReady, nameOf } from "../../cluster/cluster";
import { ask } from "../../cluster/forward";
import type { Events } from "../verdict/events";
import { Hopeless, until, wait } from "../../waiting";
import { LEDGER_PORT, objectName, queueOf, Role, selectorOf } from "./names";
import { type Basis, ledgerAccess, ledgerPod, publisherJob, workerOf, workersDeployment } from "./objects";

/** What the ledger says while the load runs. */
export interface Count {
  readonly confirmed: number;
  readonly executed: number;
  readonly lost: number;
  /** Executions by worker, `celery@<pod>`. */
  readonly workers: Readonly<Record<string, number>>;
}

export interface LoadPlace {
  readonly run: string;
  readonly namespace: string;
  /** Of the pool whose pods the drill's own are like. */
  readonly template: V1PodTemplateSpec;
  readonly options: LoadOptions;
  readonly publisher?: readonly string[];
  /** Machines that hold neither ledger nor publisher; asked when these are made. */
  readonly avoid: () => readonly string[];
  /** The pool itself works, on its own queue. */
  readonly pool?: { readonly name: string; readonly selector: string; readonly queue: string };
}

/** Publisher, workers and ledger of one drill. */
export class OwnLoad implements Load {
  readonly run: string;
  readonly options: LoadOptions;
  readonly namespace: string;
  readonly queue: string;
  readonly workerSelector: string;
  readonly publisherSelector: string;
  readonly workersName: string;
  readonly publisherName: string;

  constructor(
    private readonly cluster: Cluster,
    private readonly place: LoadPlace,
  ) {
    ({ run: this.run, namespace: this.namespace, options: this.options } = place);
    this.queue = place.pool?.queue ?? queueOf(this.run);
    this.workerSelector = place.pool?.selector ?? selectorOf(this.run, Role.Worker);
    this.publisherSelector = selectorOf(this.run, Role.Publisher);
    this.workersName = place.pool?.name ?? objectName(this.run, Role.Worker);
    this.publisherName = objectName(this.run, Role.Publisher);
  }

  private get basis(): Basis {
    return { ...this.place, avoid: this.place.avoid() };
  }

  /** Ledger and workers, which declare the queue; nothing is published yet. */
  async prepare(signal: AbortSignal): Promise<void> {
    const { namespace } = this;
    await this.cluster.core.createNamespacedPod({ namespace, body: ledgerPod(this.basis) });
    await this.cluster.networkPolicies.createNamespacedNetworkPolicy({
      namespace,
      body: ledgerAccess(this.basis),
    });
    if (!this.place.pool)
      await this.cluster.apps.createNamespacedDeployment({ namespace, body: workersDeployment(this.basis) });
    await this.ready(selectorOf(this.run, Role.Ledger), 1, "ledger", signal);
    await this.ready(this.workerSelector, this.place.pool ? 1 : this.options.workers, "workers", signal);
  }

  async start(signal: AbortSignal): Promise<void> {
    const { namespace } = this;
    const body = publisherJob(this.basis, await this.ledgerUrl(), this.queue);
    await this.cluster.batch.createNamespacedJob({ namespace, body });
    await until("the first tasks are done", 60, signal, async () => (await this.count()).executed > 10);
  }

  /** Tells the publisher to end and waits until it has. */
  async stop(signal: AbortSignal): Promise<void> {
    await this.askLedger("/stop", { run: this.run });
    await until("the publisher has ended", 120, signal, async () => {
      const job = await this.cluster.batch.readNamespacedJob({
        namespace: this.namespace,
        name: this.publisherName,
      });
      if (job.status?.conditions?.some(({ type, status }) => type === "Failed" && status === "True"))
        throw new Hopeless(
          `the publisher failed: kubectl -n ${this.namespace} logs job/${this.publisherName}`,
        );
      return (job.status?.succeeded ?? 0) > 0;
    });
  }

  /** Waits until every confirmed task was done, or nothing has moved for `patienceSeconds`. */
  async drain(patienceSeconds: number, signal: AbortSignal): Promise<void> {
    let [before, movedAt] = [-1, Date.now()];
    while (Date.now() - movedAt < patienceSeconds * 1000) {
      const count = await this.count().catch(() => undefined);
      if (count?.lost === 0) return;
      if (count && count.executed !== before) [before, movedAt] = [count.executed, Date.now()];
      await wait(0.5, signal);
    }
  }

  count(): Promise<Count> {
    return this.askLedger<Count>(`/summary?run=${this.run}`);
  }

  async events(): Promise<Events> {
    const raw = await this.askLedger<RawEvents>(`/events?run=${this.run}`, undefined, 60);
    return {
      confirmed: raw.confirmed.map(([id, at]) => ({ id, at })),
      started: raw.started.map(([id, attempt, worker, at]) => ({ id, attempt, worker, at })),
      finished: raw.finished.map(([id, attempt, worker, started, finished]) => ({
        id,
        attempt,
        worker,
        started,
        finished,
      })),
    };
  }

  async publishOne(kind: "poison"): Promise<string> {
    const id = `${this.run}-${kind}`;
    await this.python("-c", `from ha_celery.drill.app import ${kind}; ${kind}.apply_async(task_id="${id}")`);
    return id;
  }

  /** Takes this run's tasks out of the dead-letter queue and says how many there were; the user's stay. */
  async takeDeadLetters(): Promise<number> {
    return Number(await this.python("-m", "ha_celery.drill.dead_letters", this.run));
  }

  private async python(...args: string[]): Promise<string> {
    const pods = await this.cluster.pods(this.namespace, this.workerSelector);
    const pod = pods.find(isReady) ?? pods[0];
    const container = workerOf(pod?.spec ?? { containers: [] }).name;
    const where = { namespace: this.namespace, pod: nameOf(pod ?? {}), container };
    return (await this.cluster.exec(where, "python", ...args)).trim();
  }

  /** Removes everything of the drill but its queue. */
  async remove(): Promise<void> {
    const { namespace } = this;
    const labelSelector = selectorOf(this.run, Role.Worker).split(",")[0];
    const gracePeriodSeconds = 0;
    const all = { namespace, labelSelector, gracePeriodSeconds, propagationPolicy: "Background" };
    await this.cluster.batch.deleteCollectionNamespacedJob(all);
    await this.cluster.apps.deleteCollectionNamespacedDeployment(all);
    await this.cluster.core.deleteCollectionNamespacedPod(all);
    await this.cluster.networkPolicies.deleteCollectionNamespacedNetworkPolicy({ namespace, labelSelector });
  }

  private async ledgerUrl(): Promise<string> {
    const pod = await this.cluster.core.readNamespacedPod({
      namespace: this.namespace,
      name: objectName(this.run, Role.Ledger),
    });
    // By address: the count must not need DNS.
    const address = pod.status?.podIP ?? "";
    return `http://${address.includes(":") ? `[${address}]` : address}:${LEDGER_PORT}`;
  }

  private askLedger<T>(path: string, body?: object, timeoutSeconds?: number): Promise<T> {
    const pod = objectName(this.run, Role.Ledger);
    return ask<T>(this.cluster, {
      namespace: this.namespace,
      pod,
      port: LEDGER_PORT,
      path,
      body,
      timeoutSeconds,
    });
  }

  private ready(selector: string, count: number, what: string, signal: AbortSignal): Promise<void> {
    return until(`the drill's ${what} are ready`, 180, signal, async () => {
      const pods = await this.cluster.pods(this.namespace, selector);
      return pods.filter(isReady).length >= count;
    });
  }
}

interface RawEvents {
  readonly confirmed: [string, number][];
  readonly started: [string, number, string, number][];
  readonly finished: [string, number, string, number, number][];
}
