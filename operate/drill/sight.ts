import type { V1Pod } from "@kubernetes/client-node";
import type { Broker } from "../cluster/brokers";
import { type Cluster, isReady, nameOf } from "../cluster/cluster";
import type { Installation } from "../cluster/installation";
import type { Observer, Phase } from "./plan";
import type { Count, OwnLoad } from "./load/ownLoad";
import type { TimelineEvent } from "./verdict/events";
import type { View } from "./view";
import type { Snapshot } from "./view/snapshot";
import { wait } from "../waiting";

const INTERVAL_SECONDS = 1;

/** Looks at a drill about once a second and shows it. What cannot be seen just now keeps its last state. */
export class Sight implements Observer {
  private readonly began = Date.now();
  private readonly ending = new AbortController();
  private load: OwnLoad | undefined;
  private snapshot: Snapshot;
  private counted: { before: Counted | undefined; now: Counted } | undefined;
  private looking: Promise<void> | undefined;

  constructor(
    private readonly cluster: Cluster,
    private readonly installation: Installation,
    private readonly view: View,
    what: { scene: string; run: string },
  ) {
    this.snapshot = {
      ...what,
      at: 0,
      phase: "",
      elapsedSeconds: 0,
      nodes: [],
      brokers: [],
      workers: [],
      queue: undefined,
      publishedPerSecond: 0,
      executedPerSecond: 0,
      confirmed: 0,
      executed: 0,
      history: { publishedPerSecond: [], executedPerSecond: [] },
      events: [],
    };
  }

  phase(phase: Phase): void {
    this.show({ phase });
  }

  event(event: TimelineEvent): void {
    this.show({ events: [...this.snapshot.events, event] });
  }

  begun({ load }: { load: OwnLoad; victim: Broker }): void {
    this.load = load;
    this.looking = this.lookForever();
  }

  async end(): Promise<void> {
    this.ending.abort();
    await this.looking;
    this.view.end();
  }

  private async lookForever(): Promise<void> {
    const { signal } = this.ending;
    while (!signal.aborted) {
      const counted = await this.rates().catch(() => ({}));
      const seen = await this.places().catch(() => ({}));
      if (!signal.aborted) this.show({ ...seen, ...counted });
      await wait(INTERVAL_SECONDS, signal).catch(() => undefined);
    }
  }

  private show(change: Partial<Snapshot>): void {
    const at = Date.now() / 1000;
    this.snapshot = { ...this.snapshot, ...change, at, elapsedSeconds: (Date.now() - this.began) / 1000 };
    this.view.update(this.snapshot);
  }

  private async places(): Promise<Partial<Snapshot>> {
    const { load } = this;
    const [nodes, brokers, workers, queue] = await Promise.all([
      this.cluster.core.listNode(),
      this.installation.brokers.pods(),
      load ? this.cluster.pods(load.namespace, load.workerSelector) : [],
      load && this.installation.brokers.queue(load.queue).catch(() => undefined),
    ]);
    return {
      nodes: nodes.items.map((node) => ({
        name: nameOf(node),
        ready:
          node.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false,
        schedulable: !node.spec?.unschedulable,
      })),
      brokers: brokers.map((pod) => ({
        ...whereIs(pod),
        leader: queue?.leader.startsWith(`rabbit@${nameOf(pod)}.`) ?? false,
      })),
      workers: workers.map((pod) => ({
        ...whereIs(pod),
        perSecond: this.perSecond(`celery@${nameOf(pod)}`),
      })),
      queue: queue && {
        ready: queue.messages - queue.unacknowledged,
        unacknowledged: queue.unacknowledged,
        consumers: queue.consumers,
        membersOnline: queue.online.length,
        members: queue.members.length,
      },
    };
  }

  private async rates(): Promise<Partial<Snapshot>> {
    const count = await this.load?.count();
    if (!count) return {};
    const before = this.counted?.now;
    this.counted = { before, now: { at: Date.now() / 1000, count } };
    const published = this.rate((of) => of.confirmed);
    const executed = this.rate((of) => of.executed);
    const { history } = this.snapshot;
    return {
      confirmed: count.confirmed,
      executed: count.executed,
      publishedPerSecond: published,
      executedPerSecond: executed,
      history: {
        publishedPerSecond: [...history.publishedPerSecond, published],
        executedPerSecond: [...history.executedPerSecond, executed],
      },
    };
  }

  private perSecond(worker: string): number {
    return this.rate(({ workers }) => workers[worker] ?? 0);
  }

  private rate(figure: (of: Count) => number): number {
    const { before, now } = this.counted ?? {};
    if (!before || !now) return 0;
    return Math.max(0, figure(now.count) - figure(before.count)) / (now.at - before.at);
  }
}

const whereIs = (pod: V1Pod) => ({
  pod: nameOf(pod),
  kubernetesNode: pod.spec?.nodeName ?? "",
  ready: isReady(pod),
});

/** What the ledger had counted at a moment. */
interface Counted {
  readonly at: number;
  readonly count: Count;
}
