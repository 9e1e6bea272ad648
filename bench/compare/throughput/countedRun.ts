import { randomBytes } from "node:crypto";
import type { V1Job } from "@kubernetes/client-node";
import type { Cluster } from "../../../operate/cluster/cluster";
import { isReady } from "../../../operate/cluster/objects";
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
import type { Pool } from "../../../operate/drill/load/pool";
import { NonRetryableError, until } from "../../../operate/waiting";
import type { Measurement } from "./measurements";

/** What one publisher publishes. */
export type Published = Omit<Measurement, "title" | "designs">;

/** A finished task in the ledger's response: id, attempt, worker, start, and end. */
export type FinishedTask = [string, number, string, number, number];

/** Totals of a run in the ledger. */
export interface Summary {
  readonly executed: number;
  readonly lost: number;
  readonly duplicated: number;
}

/** Tasks that are published at full speed, and a ledger outside the brokers that records each of them. */
export class CountedRun {
  private readonly token = randomBytes(24).toString("hex");
  private readonly spec: LoadSpec;

  constructor(
    private readonly cluster: Cluster,
    installation: Installation,
    private readonly pool: Pool,
    run: string,
    private readonly signal: AbortSignal,
  ) {
    const { namespace, publisher } = installation;
    const { template } = pool;
    this.spec = { run, namespace, template, options: DEFAULT_LOAD, publisher, avoid: [] };
  }

  /** Starts the ledger, then the publisher. */
  async start(tasks: Published): Promise<void> {
    const { namespace } = this.spec;
    const body = ledgerSecret(this.spec, this.token);
    await this.cluster.core.createNamespacedSecret({ namespace, body });
    await this.cluster.core.createNamespacedPod({ namespace, body: ledgerPod(this.spec) });
    const policy = ledgerNetworkPolicy(this.spec);
    await this.cluster.networkPolicies.createNamespacedNetworkPolicy({ namespace, body: policy });
    const job = throughputJob(this.spec, await this.ledgerUrl(), this.pool.queue, tasks);
    await this.cluster.batch.createNamespacedJob({ namespace, body: job });
  }

  private async ledgerUrl(): Promise<string> {
    const { namespace, run } = this.spec;
    let address = "";
    await until("the ledger is ready", 60, this.signal, async () => {
      const pod = await this.cluster.core.readNamespacedPod({
        namespace,
        name: objectName(run, Role.Ledger),
      });
      address = pod.status?.podIP ?? "";
      return isReady(pod);
    });
    return `http://${address}:${LEDGER_PORT}`;
  }

  /** Whether everything is published. Fails if the publisher has failed. */
  async isPublished(): Promise<boolean> {
    const { namespace, run } = this.spec;
    const name = objectName(run, Role.Publisher);
    const { status } = await this.cluster.batch.readNamespacedJob({ namespace, name });
    if (status?.failed)
      throw new NonRetryableError(`the publisher failed: kubectl -n ${namespace} logs job/${name}`);
    return (status?.succeeded ?? 0) > 0;
  }

  /** Tasks per second that the publisher has reported at its end. */
  async publishedPerSecond(): Promise<number> {
    const { namespace, run } = this.spec;
    const [pod] = await this.cluster.pods(namespace, `job-name=${objectName(run, Role.Publisher)}`);
    const message = pod?.status?.containerStatuses?.[0]?.state?.terminated?.message ?? "";
    return (JSON.parse(message) as { perSecond: number }).perSecond;
  }

  summary(): Promise<Summary> {
    return this.ask<Summary>("/summary");
  }

  async finished(): Promise<readonly FinishedTask[]> {
    return (await this.ask<{ finished: FinishedTask[] }>("/events")).finished;
  }

  private ask<Answer>(path: string): Promise<Answer> {
    const { namespace, run } = this.spec;
    return requestPod<Answer>(this.cluster, {
      namespace,
      pod: objectName(run, Role.Ledger),
      port: LEDGER_PORT,
      auth: `:${this.token}`,
      path: `${path}?run=${run}`,
      timeoutSeconds: 60,
    });
  }

  /** Removes the publisher, and the ledger with its records. */
  async remove(): Promise<void> {
    const { namespace, run } = this.spec;
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
  { workers, tasks, producers, window, payloadBytes, taskSeconds }: Published,
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
