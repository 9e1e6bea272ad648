import { type Cluster, nameOf } from "../../operate/cluster/cluster";
import type { Installation } from "../../operate/cluster/installation";
import { poolOf } from "../../operate/drill/load/pool";
import { missing } from "../../operate/drill/strength";
import { UserError } from "../../operate/errors";
import { until } from "../../operate/waiting";

const START_SECONDS = 300;

/** Takes our pods away while the other design is measured, and brings them back. Volumes stay. */
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
        `${namespace}/${name} is scaled to 0, so it cannot be measured: an earlier comparison was killed. Make the cluster anew: make down, or ` +
          `kubectl -n ${namespace} scale --replicas=3 statefulset/${name} deployment/${this.pool.name}`,
      );
  }

  /** As many at a time in each worker as its command says. */
  get concurrency(): number {
    const worker = this.pool.template.spec?.containers.find(({ name }) => name === "worker");
    const said = worker?.command?.map((word) => /^--concurrency=(\d+)$/.exec(word)?.[1]).find(Boolean);
    if (!said) throw new Error(`the command of ${this.pool.name} names no --concurrency`);
    return Number(said);
  }

  get image(): string {
    return this.pool.template.spec?.containers.find(({ name }) => name === "worker")?.image ?? "";
  }

  async stop(): Promise<void> {
    await this.scale(0, 0);
    const { brokers, namespace } = this.installation;
    const pods = [...(await brokers.pods()), ...(await this.cluster.pods(namespace, this.pool.selector))];
    // Without time to stop: a broker would wait for a majority that is leaving, too.
    for (const pod of pods)
      await this.cluster.core.deleteNamespacedPod({ namespace, name: nameOf(pod), gracePeriodSeconds: 0 });
  }

  async start(signal: AbortSignal): Promise<void> {
    await this.scale(this.installation.brokers.replicas, this.workers);
    await this.whole(signal);
  }

  async whole(signal: AbortSignal): Promise<void> {
    const { brokers, namespace } = this.installation;
    const wanted = { namespace, selector: this.pool.selector, replicas: this.workers };
    await until("ours is at full strength", START_SECONDS, signal, async () => {
      return (await missing(this.cluster, brokers, [wanted])).length === 0;
    });
  }

  private async scale(brokers: number, workers: number): Promise<void> {
    const { namespace, name } = this.installation;
    const body = (replicas: number) => [{ op: "replace", path: "/spec/replicas", value: replicas }];
    await this.cluster.apps.patchNamespacedStatefulSetScale({ namespace, name, body: body(brokers) });
    await this.cluster.apps.patchNamespacedDeploymentScale({
      namespace,
      name: this.pool.name,
      body: body(workers),
    });
  }
}
