import { whyItGrows } from "../queues/growth";
import { type QueueRates, type QueueRow, type Rates, UNREAD } from "../queues/read";
import type { WorkloadStatus } from "../status/model";
import type { Pages } from "../status/processes";
import { leftByQueue } from "./counts";
import { TaskWindow } from "./window";

/** What one reading of an installation says about its queues. */
export interface FlowReading {
  /** When the metrics were read, in milliseconds since 1970. */
  readonly at: number;
  readonly pages: Pages;
  readonly workloads: readonly WorkloadStatus[];
  /** Undefined if no broker reports them. */
  readonly queues: readonly QueueRow[] | undefined;
}

interface Point {
  readonly at: number;
  /** Queues all of whose workers have answered. */
  readonly queues: Map<string, { readonly left: number; readonly depth: number | undefined }>;
}

/** Time that the rates of a view cover that is refreshed. */
export const VIEW_SECONDS = 20;
/** Shorter than that, counts of different ages would make up the rate. */
const ARRIVALS_SECONDS = 10;

/** Rates of all queues between the first and the last of the readings that it is given. */
export class RateWindow {
  private points: Point[] = [];
  private readonly left = new Map<string, number>();
  private workloads: readonly WorkloadStatus[] = [];
  private pages: Pages = new Map();

  /** Forgets readings that are older than this time, except the one before it. */
  constructor(
    private readonly seconds = Infinity,
    private readonly tasks = new TaskWindow(),
  ) {}

  /** Ignores a reading that ended after a later one. */
  add({ at, pages, workloads, queues = [] }: FlowReading): void {
    if (at <= (this.points.at(-1)?.at ?? -Infinity)) return;
    const step = this.tasks.add(at, pages);
    if (!step) this.points = [];
    for (const [queue, count] of step ? leftByQueue(step.counts) : [])
      this.left.set(queue, (this.left.get(queue) ?? 0) + count);
    const late = workloads.filter(({ processes }) => processes.some(({ pod }) => step?.late.includes(pod)));
    for (const queue of late.flatMap((each) => each.queues))
      for (const point of this.points) point.queues.delete(queue);
    // A view may show the former answer of a worker that does not answer now.
    const repeated = new Set(
      [...pages].flatMap(([pod, page]) => (page === this.pages.get(pod) ? [pod] : [])),
    );
    this.pages = pages;
    const stale = workloads.filter(({ processes }) => processes.some(({ pod }) => repeated.has(pod)));
    const counted = [...new Set(workloads.flatMap((each) => each.queues))].filter(
      (queue) => isCounted(workloads, queue) && !stale.some(({ queues: of }) => of.includes(queue)),
    );
    const depths = new Map(queues.map((queue) => [queue.name, depthOf(queue)]));
    this.points.push({
      at,
      queues: new Map(
        counted.map((queue) => [queue, { left: this.left.get(queue) ?? 0, depth: depths.get(queue) }]),
      ),
    });
    while (this.points[1] && at - this.points[1].at >= this.seconds * 1000) this.points.shift();
    this.workloads = workloads;
  }

  /** The same rows with their rates. */
  addTo<Row extends QueueRow>(queues: readonly Row[]): Row[] {
    return queues.map((queue) => {
      const row = { ...queue, ...this.ratesOf(queue.name) };
      const growsBecause = whyItGrows(row, this.workloads);
      return growsBecause === undefined ? row : { ...row, growsBecause };
    });
  }

  ratesOf(queue: string): Rates {
    const unknown = whyUncounted(this.workloads, queue);
    if (unknown !== undefined) return { ratesUnknown: unknown };
    const points = this.points.filter(({ queues }) => queues.has(queue));
    const [first, last] = [points[0], points.at(-1)];
    const [before, now] = [first?.queues.get(queue), last?.queues.get(queue)];
    if (!first || !last || !before || !now || first === last)
      return { ratesUnknown: "the metrics of its workers were read only once" };
    const seconds = (last.at - first.at) / 1000;
    const out = (now.left - before.left) / seconds;
    const isKnown = seconds >= ARRIVALS_SECONDS && before.depth !== undefined && now.depth !== undefined;
    const rates: QueueRates = { seconds, out };
    return { rates: isKnown ? { ...rates, in: arrived(out, before.depth, now.depth, seconds) } : rates };
  }
}

/** Undefined until the leader has reported, while the counts are 0. */
const depthOf = ({ ready, unacknowledged, returning }: QueueRow): number | undefined =>
  returning === undefined ? undefined : ready + unacknowledged + returning;

/**
 * What goes into a queue per second: what left it according to the workers, and what its depth changed by. Brokers do
 * not count messages, because that costs them a fifth of their throughput.
 */
export const arrived = (out: number, before: number, after: number, seconds: number): number =>
  // Both are read at slightly different times.
  Math.max(0, out + (after - before) / seconds);

/** The workers' counters say what leaves a queue only if all who read it report theirs. */
export const isCounted = (workloads: readonly WorkloadStatus[], queue: string): boolean =>
  whyUncounted(workloads, queue) === undefined;

function whyUncounted(workloads: readonly WorkloadStatus[], queue: string): string | undefined {
  const readers = workloads.filter(({ queues }) => queues.includes(queue));
  if (readers.length === 0) return UNREAD;
  for (const { name, wanted, processes } of readers) {
    if (wanted === 0) return `worker pool ${name} has no workers`;
    if (processes.length === 0) return `worker pool ${name}: no worker that has started serves metrics`;
    const silent = processes.filter(({ answers }) => !answers).length;
    if (silent > 0) return `worker pool ${name}: ${silent} of ${processes.length} workers do not answer`;
  }
  return undefined;
}
