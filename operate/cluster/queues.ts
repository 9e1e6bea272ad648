import { DEAD_LETTERS } from "../../components/shared/celery/contract";
import type { QueueState } from "./brokers";

/** Number of tasks that may still run: ready, unacknowledged, or delayed. */
export function queuedTasks(queues: readonly Pick<QueueState, "name" | "messages">[]): number {
  return queues.filter(({ name }) => name !== DEAD_LETTERS).reduce((sum, { messages }) => sum + messages, 0);
}
