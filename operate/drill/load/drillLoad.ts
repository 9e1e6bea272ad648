import { randomBytes } from "node:crypto";
import type { V1ObjectMeta } from "@kubernetes/client-node";
import { startedLike } from "../../../components/inject/objects";
import type { Cluster } from "../../cluster/cluster";
import { hasCondition, isReady, nameOf } from "../../cluster/objects";
import { requestPod } from "../../cluster/podRequest";
import { NonRetryableError, until, wait } from "../../waiting";
import type { Guard } from "../guard/guard";
import type { Events } from "../verdict/events";
import type { Load, LoadOptions } from ".";
import { LEDGER_PORT, objectName, queueOf, Role, selectorOf } from "./names";
import {
  ledgerNetworkPolicy,
  ledgerPod,
  ledgerSecret,
  ledgerService,
  type LoadSpec,
  publisherJob,
  workerContainer,
  workersDeployment,
} from "./objects";
import type { Pool } from "./pool";
import { removeLoad } from "../remove";

const READY_TIMEOUT_SECONDS = 180;
const FIRST_TASKS_TIMEOUT_SECONDS = 60;
const STOP_TIMEOUT_SECONDS = 120;
const EVENTS_TIMEOUT_SECONDS = 60;

/** What the ledger has counted so far. */
export interface Count {
  readonly confirmed: number;
  readonly executed: number;
  readonly lost: number;
  /** Executions by worker, `celery@<pod>`. */
  readonly workers: Readonly<Record<string, number>>;
}

export interface DrillLoadSpec extends LoadSpec {
  /** Set if the pool's own workers run the tasks, on the pool's queue. */
  readonly pool?: Pick<Pool, "name" | "selector" | "queue">;
  /** Owns the load's objects, so that Kubernetes deletes them with it. */
  readonly guard: Pick<Guard, "owner">;
}

/** Publisher, workers, and ledger of one drill. */
export class DrillLoad implements Load {
  readonly run: string;
  readonly options: LoadOptions;
  readonly namespace: string;
  readonly queue: string;
  readonly workerSelector: string;
  readonly publisherSelector: string;
  readonly workersName: string;
  readonly publisherName: string;
  private readonly ledgerToken = randomBytes(24).toString("hex");

  constructor(
    private readonly cluster: Cluster,
    private readonly spec: DrillLoadSpec,
  ) {
    ({ run: this.run, namespace: this.namespace, options: this.options } = spec);
    this.queue = spec.pool?.queue ?? queueOf(this.run);
    this.workerSelector = spec.pool?.selector ?? selectorOf(this.run, Role.Worker);
    this.publisherSelector = selectorOf(this.run, Role.Publisher);
    this.workersName = spec.pool?.name ?? objectName(this.run, Role.Worker);
    this.publisherName = objectName(this.run, Role.Publisher);
  }

  /** Starts the ledger and the workers, which declare the queue. Nothing is published yet. */
  async prepare(signal: AbortSignal): Promise<void> {
    const { cluster, namespace, spec } = this;
    await cluster.core.createNamespacedSecret({
      namespace,
      body: this.owned(ledgerSecret(spec, this.ledgerToken)),
    });
    await cluster.core.createNamespacedPod({ namespace, body: this.owned(ledgerPod(spec)) });
    await cluster.core.createNamespacedService({ namespace, body: this.owned(ledgerService(spec)) });
    await cluster.networkPolicies.createNamespacedNetworkPolicy({
      namespace,
      body: this.owned(ledgerNetworkPolicy(spec)),
    });
    if (!spec.pool) {
      const body = this.owned(workersDeployment(spec, await this.ledgerUrl()));
      await cluster.apps.createNamespacedDeployment({ namespace, body });
    }
    await this.untilReady(selectorOf(this.run, Role.Ledger), 1, "ledger pods", signal);
    await this.untilReady(this.workerSelector, spec.pool ? 1 : this.options.workers, "worker pods", signal);
  }

  /** Starts the publisher, and waits until the workers have run the first tasks. */
  async start(signal: AbortSignal): Promise<void> {
    const { namespace } = this;
    const body = this.owned(publisherJob(this.spec, await this.ledgerUrl(), this.queue));
    await this.cluster.batch.createNamespacedJob({ namespace, body });
    await until(
      "the first tasks are done",
      FIRST_TASKS_TIMEOUT_SECONDS,
      signal,
      async () => (await this.count()).executed > 10,
    );
  }

  async untilBacklog(tasks: number, timeoutSeconds: number, signal: AbortSignal): Promise<void> {
    await until(
      `${tasks} tasks wait`,
      timeoutSeconds,
      signal,
      async () => (await this.count()).lost >= tasks,
    );
  }

  /** Asks the publisher to stop, and waits until it has exited. */
  async stop(signal: AbortSignal): Promise<void> {
    const { namespace, publisherName: name } = this;
    await this.requestLedger("/stop", { run: this.run });
    await until("the publisher has exited", STOP_TIMEOUT_SECONDS, signal, async () => {
      const job = await this.cluster.batch.readNamespacedJob({ namespace, name });
      if (hasCondition(job, "Failed"))
        throw new NonRetryableError(`the publisher failed: kubectl -n ${namespace} logs job/${name}`);
      return (job.status?.succeeded ?? 0) > 0;
    });
  }

  /** Waits until every confirmed task is done, or until no task has finished for `timeoutSeconds`. */
  async drain(timeoutSeconds: number, signal: AbortSignal): Promise<void> {
    let [executed, changedAt] = [-1, Date.now()];
    while (Date.now() - changedAt < timeoutSeconds * 1000) {
      const count = await this.count().catch(() => undefined);
      if (count?.lost === 0) return;
      if (count && count.executed !== executed) [executed, changedAt] = [count.executed, Date.now()];
      await wait(0.5, signal);
    }
  }

  count(): Promise<Count> {
    return this.requestLedger<Count>(`/summary?run=${this.run}`);
  }

  async events(): Promise<Events> {
    const path = `/events?run=${this.run}`;
    const raw = await this.requestLedger<RawEvents>(path, undefined, EVENTS_TIMEOUT_SECONDS);
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

  async publishOne(task: "poison"): Promise<string> {
    const id = `${this.run}-${task}`;
    await this.python("-c", `from ha_celery.drill.app import ${task}; ${task}.apply_async(task_id="${id}")`);
    return id;
  }

  /** Removes publisher, workers, and ledger. */
  async remove(): Promise<void> {
    await removeLoad(this.cluster, this.namespace, this.run);
  }

  private owned<T extends { metadata?: V1ObjectMeta }>(body: T): T {
    return { ...body, metadata: { ...body.metadata, ownerReferences: [this.spec.guard.owner] } };
  }

  private async python(...args: string[]): Promise<string> {
    const { namespace } = this;
    const pods = await this.cluster.pods(namespace, this.workerSelector);
    const pod = pods.find(isReady) ?? pods[0];
    const { name: container, command } = workerContainer(pod?.spec ?? { containers: [] });
    const words = startedLike(command, ["python", ...args]);
    return (await this.cluster.exec({ namespace, pod: nameOf(pod ?? {}), container }, ...words)).trim();
  }

  private async ledgerUrl(): Promise<string> {
    const service = await this.cluster.core.readNamespacedService({
      namespace: this.namespace,
      name: objectName(this.run, Role.Ledger),
    });
    // By IP address, so that counting does not depend on DNS.
    const address = service.spec?.clusterIP ?? "";
    return `http://${address.includes(":") ? `[${address}]` : address}:${LEDGER_PORT}`;
  }

  private requestLedger<T>(path: string, body?: object, timeoutSeconds?: number): Promise<T> {
    const pod = objectName(this.run, Role.Ledger);
    return requestPod<T>(this.cluster, {
      namespace: this.namespace,
      pod,
      port: LEDGER_PORT,
      auth: `:${this.ledgerToken}`,
      path,
      body,
      timeoutSeconds,
    });
  }

  private untilReady(selector: string, count: number, what: string, signal: AbortSignal): Promise<void> {
    return until(`the ${what} are ready`, READY_TIMEOUT_SECONDS, signal, async () => {
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
