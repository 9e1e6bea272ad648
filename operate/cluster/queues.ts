import { DEAD_LETTERS } from "../../components/shared/celery/contract";
import type { Brokers } from "./brokers";

interface CountedQueue {
  readonly name: string;
  /** Missing until the queue's leader has reported, up to half a minute after the brokers started. */
  readonly messages?: number;
}

/**
 * Returns the number of tasks that may still run: ready, unacknowledged, or delayed, up to 5 s ago. Undefined if a
 * queue has not reported yet; the totals of `Brokers.queues` are 0 then.
 */
export async function queuedTasks({
  management,
  vhost,
}: Pick<Brokers, "management" | "vhost">): Promise<number | undefined> {
  const path = `/queues/${encodeURIComponent(vhost)}?columns=name,messages`;
  const queues = (await management.get<CountedQueue[]>(path)).filter(({ name }) => name !== DEAD_LETTERS);
  if (queues.some(({ messages }) => messages === undefined)) return undefined;
  return queues.reduce((sum, { messages = 0 }) => sum + messages, 0);
}

/** What a queue contains, up to 5 s ago. */
export interface QueueContents {
  readonly ready: number;
  readonly unacknowledged: number;
  /** Tasks that failed a delivery and wait for the next one. */
  readonly returning: number;
}

interface QueueOfApi {
  readonly name: string;
  readonly messages_ready?: number;
  readonly messages_unacknowledged?: number;
  readonly messages_delayed?: number;
}

/** Returns the contents of all queues, by name. A queue that has not reported yet is missing. */
export async function queueContents({
  management,
  vhost,
}: Pick<Brokers, "management" | "vhost">): Promise<Map<string, QueueContents>> {
  const path = `/queues/${encodeURIComponent(vhost)}?columns=name,messages_ready,messages_unacknowledged,messages_delayed`;
  const queues = await management.get<QueueOfApi[]>(path);
  return new Map(
    queues.flatMap(({ name, messages_ready, messages_unacknowledged = 0, messages_delayed = 0 }) =>
      messages_ready === undefined
        ? []
        : [
            [
              name,
              {
                ready: messages_ready,
                unacknowledged: messages_unacknowledged,
                returning: messages_delayed,
              },
            ] as const,
          ],
    ),
  );
}
