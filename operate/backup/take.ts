import { DEAD_LETTERS, DELAYED_QUEUES } from "../../components/shared/celery/contract";
import { countConsumers } from "../amqp/count";
import type { Installation } from "../cluster/installation";
import { withoutDelay } from "../amqp/delays";
import { UsageError } from "../errors";
import { type Definitions, readDefinitions, withoutRestores } from "./definitions";
import { BackupWriter } from "./file";
import { type Sessions, Snapshot } from "./snapshot";

/** Queues whose tasks a backup has. */
export type Choice = readonly string[] | "all";

export interface BackupOptions {
  readonly file: string;
  readonly queues: Choice;
  readonly signal: AbortSignal;
}

/** What a backup has. */
export interface BackupResult {
  readonly id: string;
  readonly definitions: Definitions;
  /** Number of tasks by queue. */
  readonly queues: Readonly<Record<string, number>>;
  readonly messages: number;
  /** Tasks that were published meanwhile, and are not in the backup. */
  readonly arrived: number;
}

/** Writes a backup. Every task stays in its queue. */
export async function takeBackup(
  { namespace, name, brokers, pools }: Pick<Installation, "namespace" | "name" | "brokers" | "pools">,
  sessions: Sessions,
  { file, queues, signal }: BackupOptions,
): Promise<BackupResult> {
  const definitions = withoutRestores(await readDefinitions(brokers));
  const chosen = queuesOf(definitions, queues);
  await checkStopped(
    sessions,
    chosen,
    pools.map(({ metadata }) => metadata?.name ?? ""),
  );
  const about = { installation: `${namespace}/${name}`, vhost: brokers.vhost };
  const writer = await BackupWriter.create(file, about, definitions);
  const counts: Record<string, number> = {};
  const snapshot = await Snapshot.of(
    sessions,
    chosen,
    async (queue, message) => {
      if (!isChosen(queue, message.fields.routingKey, queues)) return;
      counts[queue] = (counts[queue] ?? 0) + 1;
      await writer.add(queue, message);
    },
    signal,
  );
  try {
    await snapshot.read();
    const arrived = chosen.length === 0 ? 0 : await snapshot.complete(brokers);
    await writer.finish();
    const messages = Object.values(counts).reduce((sum, count) => sum + count, 0);
    return { id: writer.heading.id, definitions, queues: counts, messages, arrived };
  } catch (error) {
    await writer.discard();
    throw error;
  } finally {
    await snapshot.release();
  }
}

/** Queues to read. Those of delayed tasks are read with any other, because its delayed tasks are in them. */
export function queuesOf({ queues }: Pick<Definitions, "queues">, choice: Choice): string[] {
  const known = queues.flatMap(({ name, type, arguments: args }) => {
    const kind = type ?? (args as Record<string, unknown> | undefined)?.["x-queue-type"];
    // The messages of a stream stay when they are consumed.
    return name === undefined || kind === "stream" ? [] : [name];
  });
  if (choice === "all") return known;
  const missing = choice.filter((queue) => !known.includes(queue));
  if (missing.length > 0)
    throw new UsageError(
      `There is no queue "${missing.join('", "')}". Use one of: ${known.sort().join(", ")}.`,
    );
  const hasDelays = choice.some((queue) => queue !== DEAD_LETTERS);
  return known.filter((queue) => choice.includes(queue) || (hasDelays && queue.startsWith(DELAYED_QUEUES)));
}

/** A delayed task belongs to the queue that it waits for. */
function isChosen(queue: string, routingKey: string, choice: Choice): boolean {
  if (choice === "all" || choice.includes(queue)) return true;
  return choice.includes(withoutDelay(routingKey) ?? "");
}

/** Tasks that workers take meanwhile would be in the backup and run, too. */
async function checkStopped(
  { application, deadLetters }: Sessions,
  queues: readonly string[],
  pools: readonly string[],
): Promise<void> {
  for (const queue of queues) {
    const consumers = await countConsumers(queue === DEAD_LETTERS ? deadLetters : application, queue);
    if (consumers === 0) continue;
    throw new UsageError(
      `Queue ${queue} has ${consumers} consumers, which would take tasks while they are read. Stop the workers first: kubectl scale deployment ${pools.join(" ")} --replicas=0`,
    );
  }
}
