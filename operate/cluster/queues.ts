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
