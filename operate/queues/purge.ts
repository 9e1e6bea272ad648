import { DEAD_LETTERS } from "../../components/shared/celery/contract";
import type { Brokers } from "../cluster/brokers";
import type { Installation } from "../cluster/installation";
import { isReady, nameOf } from "../cluster/objects";
import { patiently } from "../cluster/patience";
import { checkProtection, type ProtectionOptions } from "../cluster/protection";
import { UsageError, UserError } from "../errors";
import { queuesOfPools } from "./read";

/** Options that decide which queues may be purged. */
export interface PurgeRules extends ProtectionOptions {
  readonly otherQueue?: boolean;
}

/** Refuses queues whose tasks only a mistake would delete. */
export function checkPurge(
  name: string,
  installation: Pick<Installation, "namespace" | "name" | "protected" | "pools">,
  rules: PurgeRules,
  protectionFix?: string,
): void {
  if (name === DEAD_LETTERS)
    throw new UsageError(
      `${DEAD_LETTERS} is not a queue of tasks that wait. Purge it with: npx ha-celery dead-letters purge`,
    );
  checkProtection(installation, rules, "a purge deletes tasks for good", protectionFix);
  const known = queuesOfPools(installation);
  if (!known.includes(name) && !rules.otherQueue)
    throw new UsageError(
      `${name} is a queue of no worker pool (queues of pools: ${known.join(", ") || "none"}). To purge it anyway: --other-queue`,
    );
}

/** Fails if the queue does not exist, and returns the number of its ready tasks. */
export async function requireQueue(name: string, brokers: Pick<Brokers, "queues">): Promise<number> {
  const queues = await patiently((seconds) => brokers.queues(seconds));
  const queue = queues.find((each) => each.name === name);
  if (queue) return Math.max(0, queue.messages - queue.unacknowledged);
  throw new UsageError(
    `There is no queue "${name}". Use one of: ${queues
      .map((each) => each.name)
      .sort()
      .join(", ")}.`,
  );
}

/** Deletes the tasks that wait in a queue. Those that workers hold stay. */
export async function purgeQueue(
  name: string,
  brokers: Pick<Brokers, "vhost" | "pods" | "exec">,
): Promise<void> {
  const pod = (await brokers.pods()).find(isReady);
  if (!pod) throw new UserError("No broker is ready. See what is wrong: npx ha-celery status");
  await brokers.exec(
    { pod: nameOf(pod) },
    ...["rabbitmqctl", "--quiet", "purge_queue", "-p", brokers.vhost, name],
  );
}

/** The count is that before the purge. */
export const describePurge = (name: string, ready: number): string =>
  `queue ${name}: about ${ready} ${ready === 1 ? "task" : "tasks"} deleted for good`;
