import type { V1Pod } from "@kubernetes/client-node";
import type { Cluster } from "../cluster/cluster";
import { nameOf } from "../cluster/objects";
import type { Load } from "./load";

/** Finds the workers that the fault replaced or restarted. */
export class WorkerRestarts {
  /** Restart counts by pod, from before the fault. */
  private before: ReadonlyMap<string, number> = new Map();

  constructor(
    private readonly cluster: Cluster,
    private readonly load: Pick<Load, "namespace" | "workerSelector">,
  ) {}

  async recordBeforeFault(): Promise<void> {
    this.before = await this.restarts();
  }

  /** Returns the Celery host names of the workers whose pod is gone or whose container has restarted. */
  async brokenWorkers(): Promise<string[]> {
    const now = await this.restarts();
    return [...this.before]
      .filter(([pod, restarts]) => now.get(pod) !== restarts)
      .map(([pod]) => `celery@${pod}`);
  }

  private async restarts(): Promise<Map<string, number>> {
    const pods = await this.cluster.pods(this.load.namespace, this.load.workerSelector);
    return new Map(pods.map((pod) => [nameOf(pod), restartsOf(pod)]));
  }
}

const restartsOf = (pod: V1Pod): number => pod.status?.containerStatuses?.[0]?.restartCount ?? 0;
