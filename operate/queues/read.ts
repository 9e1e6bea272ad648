import { DELAYED_QUEUES } from "../../components/shared/celery/contract";
import { type Brokers, podOf, type QueueCounts, type QueueStatistics } from "../cluster/brokers";
import type { Installation } from "../cluster/installation";
import { queuesOfPool } from "../cluster/poolQueues";
import { patiently } from "../cluster/patience";

/** A queue, as `ha-celery queues --json` prints it. */
export interface QueueRow extends Rates {
  readonly name: string;
  readonly ready: number;
  /** Tasks that workers hold. */
  readonly unacknowledged: number;
  /** Tasks that failed a delivery and wait for the next one. The rest is up to 5 s old, and undefined if unknown. */
  readonly returning?: number;
  readonly consumers?: number;
  /** Copies that are online, and all. */
  readonly online: number;
  readonly copies: number;
  /** Pod of the broker that leads it. */
  readonly leader: string;
}

/** Why the rates of a queue are unknown that no pool reads, such as the dead letters. */
export const UNREAD = "no worker pool reads it";

/** The rates of a queue, or why they are unknown. */
export interface Rates {
  readonly rates?: QueueRates;
  readonly ratesUnknown?: string;
  /** Why it grows, unless it does not, or this is unknown. */
  readonly growsBecause?: string;
}

/** Tasks per second, from the metrics of the workers, because the brokers do not count messages. */
export interface QueueRates {
  /** Time over which they were measured. */
  readonly seconds: number;
  /** Tasks that workers have finished. */
  readonly out: number;
  /** Tasks that arrived. Undefined over less than 10 s, because the brokers count what waits every 5 s. */
  readonly in?: number;
}

export interface Queues {
  readonly queues: readonly QueueRow[];
  /** Tasks with a countdown or an eta that is not reached. */
  readonly delayed: number;
}

/** Reads all queues, sorted by name. */
export async function readQueues(
  brokers: Pick<Brokers, "queues" | "statistics">,
  patience = patiently,
): Promise<Queues> {
  const [counts, statistics] = await Promise.all([
    patience((seconds) => brokers.queues(seconds)),
    // During a failure, the counts are worth more than a complete answer.
    brokers.statistics().catch(() => []),
  ]);
  return toQueues(counts, statistics);
}

/** Combines the counts of queues with what is known about them beyond that. */
export function toQueues(counts: readonly QueueCounts[], statistics: readonly QueueStatistics[]): Queues {
  const isDelayed = ({ name }: { readonly name: string }) => name.startsWith(DELAYED_QUEUES);
  return {
    queues: counts
      .filter((queue) => !isDelayed(queue))
      .map(({ name, messages, unacknowledged, online, members, leader }) => {
        const { returning, consumers } = statistics.find((each) => each.name === name) ?? {};
        return {
          name,
          ready: Math.max(0, messages - unacknowledged - (returning ?? 0)),
          unacknowledged,
          returning,
          consumers,
          online: online.length,
          copies: members.length,
          leader: podOf(leader),
        };
      })
      .sort((one, other) => one.name.localeCompare(other.name)),
    delayed: counts.filter(isDelayed).reduce((sum, { messages }) => sum + messages, 0),
  };
}

/** Queues of all worker pools. */
export const queuesOfPools = ({ pools }: Pick<Installation, "pools">): string[] =>
  pools.flatMap(queuesOfPool);
