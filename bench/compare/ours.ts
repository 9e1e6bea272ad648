import type { V1Container } from "@kubernetes/client-node";
import type { Cluster } from "../../operate/cluster/cluster";
import { nameOf } from "../../operate/cluster/objects";
import type { Installation } from "../../operate/cluster/installation";
import { poolOf } from "../../operate/drill/load/pool";
import { workerContainer } from "../../operate/drill/load/objects";
import { healthProblems } from "../../operate/drill/health";
import { UserError } from "../../operate/errors";
import { until } from "../../operate/waiting";
import { replicasPatch, setReplicas } from "./scale";

const START_SECONDS = 300;

/** Removes our pods while the other design is measured, and restores them afterward. Volumes stay. */
export class Ours {
  private readonly pool: ReturnType<typeof poolOf>;
  private readonly workers: number;

  constructor(
    private readonly cluster: Cluster,
    readonly installation: Installation,
  ) {
    this.pool = poolOf(installation, {});
    const deployment = installation.pools.find((each) => nameOf(each) === this.pool.name);
    this.workers = deployment?.spec?.replicas ?? 0;
    const { namespace, name, brokers } = installation;
    if (this.workers === 0 || brokers.replicas === 0)
      throw new UserError(
        `${namespace}/${name} is scaled to 0, so it cannot be measured. An earlier comparison was probably killed. Recreate the cluster (make down), or run: ` +
          `kubectl -n ${namespace} scale --replicas=3 statefulset/${name} deployment/${this.pool.name}`,
      );
  }

  /** Concurrent tasks per worker, according to the worker's command. */
  get concurrency(): number {
    const { command } = this.worker;
    const concurrency = command?.map((word) => /^--concurrency=(\d+)$/.exec(word)?.[1]).find(Boolean);
    if (!concurrency) throw new Error(`the command of ${this.pool.name} has no --concurrency`);
    return Number(concurrency);
  }

  get image(): string {
    return this.worker.image ?? "";
  }

  private get worker(): V1Container {
    return workerContainer(this.pool.template.spec ?? { containers: [] });
  }

  async stop(): Promise<void> {
    await this.scale(0, 0);
    const { brokers, namespace } = this.installation;
    const pods = [...(await brokers.pods()), ...(await this.cluster.pods(namespace, this.pool.selector))];
    // Without a grace period, because a broker would wait for a majority that is stopping, too.
    for (const pod of pods)
      await this.cluster.core.deleteNamespacedPod({ namespace, name: nameOf(pod), gracePeriodSeconds: 0 });
  }

  async start(signal: AbortSignal): Promise<void> {
    await this.scale(this.installation.brokers.replicas, this.workers);
    await this.untilHealthy(signal);
  }

  private async untilHealthy(signal: AbortSignal): Promise<void> {
    const { brokers, namespace } = this.installation;
    const expected = { namespace, selector: this.pool.selector, replicas: this.workers };
    await until("our design is healthy", START_SECONDS, signal, async () => {
      return (await healthProblems(this.cluster, brokers, [expected])).length === 0;
    });
  }

  private async scale(brokers: number, workers: number): Promise<void> {
    const { namespace, name } = this.installation;
    const body = replicasPatch(brokers);
    await this.cluster.apps.patchNamespacedStatefulSetScale({ namespace, name, body });
    await setReplicas(this.cluster, namespace, this.pool.name, workers);
  }
}
