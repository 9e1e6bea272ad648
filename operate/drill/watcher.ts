import type { V1Pod } from "@kubernetes/client-node";
import type { Broker } from "../cluster/brokers";
import type { Cluster } from "../cluster/cluster";
import { isReady, nameOf } from "../cluster/objects";
import type { Installation } from "../cluster/installation";
import type { Observer, Phase } from "./plan";
import type { Count, DrillLoad } from "./load/drillLoad";
import type { TimelineEvent } from "./verdict/events";
import type { View } from "./view";
import type { Snapshot } from "./view/snapshot";
import { wait } from "../waiting";

const INTERVAL_SECONDS = 1;
/** While the API server is away, requests may get no answer for minutes. The view goes on without them. */
const ANSWER_SECONDS = 5;

/** Polls a drill about once a second and updates its view. State that cannot be read keeps its last value. */
export class DrillWatcher implements Observer {
  private readonly startedAt = Date.now();
  private readonly ended = new AbortController();
  private load: DrillLoad | undefined;
  private snapshot: Snapshot;
  private counts: { previous: TimedCount | undefined; current: TimedCount } | undefined;
  private polling: Promise<void> | undefined;
  private reading: Promise<Partial<Snapshot>> | undefined;

  constructor(
    private readonly cluster: Cluster,
    private readonly installation: Installation,
    private readonly view: View,
    drill: { scene: string; run: string },
    private readonly answerSeconds = ANSWER_SECONDS,
  ) {
    this.snapshot = {
      ...drill,
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

  prepared({ load }: { load: DrillLoad; victim: Broker }): void {
    this.load = load;
    this.polling = this.poll();
  }

  async end(): Promise<void> {
    this.ended.abort();
    await this.polling;
    this.view.end();
  }

  private async poll(): Promise<void> {
    const { signal } = this.ended;
    while (!signal.aborted) {
      const rates = await this.rates().catch(() => ({}));
      const objects = await this.objectsInTime();
      if (!signal.aborted) this.show({ ...objects, ...rates });
      await wait(INTERVAL_SECONDS, signal).catch(() => undefined);
    }
  }

  /** Never has two reads open at the same time. */
  private async objectsInTime(): Promise<Partial<Snapshot>> {
    this.reading ??= this.objects()
      .catch(() => ({}))
      .finally(() => (this.reading = undefined));
    const { signal } = this.ended;
    const late = wait(this.answerSeconds, signal).then(
      () => ({}),
      () => ({}),
    );
    return Promise.race([this.reading, late]);
  }

  private show(change: Partial<Snapshot>): void {
    const at = Date.now() / 1000;
    this.snapshot = { ...this.snapshot, ...change, at, elapsedSeconds: (Date.now() - this.startedAt) / 1000 };
    this.view.update(this.snapshot);
  }

  private async objects(): Promise<Partial<Snapshot>> {
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
        ready: isReady(node),
        schedulable: !node.spec?.unschedulable,
      })),
      brokers: brokers.map((pod) => ({
        ...placementOf(pod),
        leader: queue?.leader.startsWith(`rabbit@${nameOf(pod)}.`) ?? false,
      })),
      workers: workers.map((pod) => ({
        ...placementOf(pod),
        perSecond: this.perSecond(`celery@${nameOf(pod)}`),
      })),
      queue: queue && {
        ...(queue.messages !== undefined && {
          ready: queue.messages - (queue.unacknowledged ?? 0),
          unacknowledged: queue.unacknowledged,
          consumers: queue.consumers,
        }),
        membersOnline: queue.online.length,
        members: queue.members.length,
      },
    };
  }

  private async rates(): Promise<Partial<Snapshot>> {
    const count = await this.load?.count();
    if (!count) return {};
    this.counts = { previous: this.counts?.current, current: { at: Date.now() / 1000, count } };
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
    const { previous, current } = this.counts ?? {};
    if (!previous || !current) return 0;
    return Math.max(0, figure(current.count) - figure(previous.count)) / (current.at - previous.at);
  }
}

const placementOf = (pod: V1Pod) => ({
  pod: nameOf(pod),
  kubernetesNode: pod.spec?.nodeName ?? "",
  ready: isReady(pod),
});

/** The ledger's counts at one time. */
interface TimedCount {
  readonly at: number;
  readonly count: Count;
}
