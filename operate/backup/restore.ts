import { DEAD_LETTERS } from "../../components/shared/celery/contract";
import { type AmqpSession, BrokerError } from "../amqp/connection";
import { countConsumers } from "../amqp/count";
import { Publisher } from "../amqp/publish";
import type { Installation } from "../cluster/installation";
import { UserError } from "../errors";
import {
  importDefinitions,
  type Missing,
  missingFrom,
  readDefinitions,
  withoutRestores,
} from "./definitions";
import { type Backup, messagesOf } from "./file";
import { keyOf, routeOf, type SavedMessage } from "./message";
import { lock, Progress } from "./progress";
import { type Sessions, Snapshot } from "./snapshot";
import { queuesOf } from "./take";

export interface RestoreOptions {
  /** Changes nothing. */
  readonly dryRun: boolean;
  /** Publishes a backup that was restored completely before once more. A restore that has not finished continues. */
  readonly again: boolean;
  readonly signal: AbortSignal;
  readonly report?: (done: number, all: number) => void;
}

export interface Restored {
  readonly missing: Missing;
  /** Tasks that this command has published; with `dryRun`, those that it would publish. */
  readonly published: number;
  /** Tasks that an earlier restore has published, or that wait in a queue. */
  readonly present: number;
  /** Tasks that the brokers cannot store, and why. */
  readonly failed: readonly { readonly key: string; readonly why: string }[];
  /** The backup was restored completely before, so no task was published. */
  readonly complete: boolean;
}

/**
 * Creates what is missing, and publishes the messages of a backup, in order. Each counts once the brokers have confirmed
 * it, and the next one is published after that. So nothing is lost if this process is killed, and the next restore
 * publishes at most one message a second time.
 */
export async function restore(
  { brokers }: Pick<Installation, "brokers">,
  sessions: Sessions,
  backup: Backup,
  options: RestoreOptions,
): Promise<Restored> {
  const { application } = sessions;
  const { dryRun, again, signal } = options;
  if (!dryRun) await lock(application);
  const before = await readDefinitions(brokers);
  const missing = missingFrom(backup.definitions, before);
  const progress = new Progress(application, backup.id);
  if (!dryRun) await importDefinitions(brokers, missing);
  const complete = progress.isComplete(before);
  if (complete && !again) return { missing, published: 0, present: backup.messages, failed: [], complete };
  if (complete && !dryRun) await progress.forget();
  const present = await presentKeys(sessions, queuesOf(withoutRestores(before), "all"), signal);
  const done = complete ? 0 : await progress.read(before);
  if (!dryRun) await progress.begin();
  const result = await publishAll(application, backup, { ...options, progress, present, done });
  if (!dryRun && !signal.aborted) await progress.finish();
  return { missing, complete: false, ...result };
}

interface Publishing extends RestoreOptions {
  readonly progress: Progress;
  /** How often each key waits in a queue. */
  readonly present: Map<string, number>;
  /** Number of messages that an earlier restore has handled. */
  readonly done: number;
}

async function publishAll(
  session: AmqpSession,
  backup: Backup,
  { progress, present, done, dryRun, signal, report }: Publishing,
): Promise<Pick<Restored, "published" | "present" | "failed">> {
  const publisher = new Publisher(session);
  const result = { published: 0, present: 0, failed: [] as { key: string; why: string }[] };
  let at = 0;
  for await (const message of messagesOf(backup)) {
    if (signal.aborted) break;
    at += 1;
    const waiting = present.get(message.key) ?? 0;
    if (waiting > 0) present.set(message.key, waiting - 1);
    if (at <= done || waiting > 0) result.present += 1;
    if (at <= done) continue;
    try {
      if (waiting === 0) {
        const why = dryRun ? undefined : await publish(publisher, message);
        if (why === undefined) result.published += 1;
        else result.failed.push({ key: message.key, why });
      }
      if (!dryRun) await progress.advance();
    } catch (error) {
      throw error instanceof BrokerError ? interrupted(error, at - 1, backup.messages) : error;
    }
    report?.(at, backup.messages);
  }
  return result;
}

/** Returns why the brokers will never store the message. */
async function publish(publisher: Publisher, message: SavedMessage): Promise<string | undefined> {
  const { exchange, routingKey, options } = routeOf(message, Date.now());
  try {
    const result = await publisher.publish(exchange, routingKey, message.body, options);
    if (result === "stored") return undefined;
    throw new BrokerError(
      `queue ${message.queue} ${result === "refused" ? "refused a task, because it is full or has no leader" : "does not exist"}`,
    );
  } catch (error) {
    // The headers are too large for the client. The connection is as before.
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}

/** Keys of the messages that wait in queues without consumers. What workers have taken is not known. */
async function presentKeys(
  sessions: Sessions,
  queues: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, number>> {
  const keys = new Map<string, number>();
  const idle: string[] = [];
  for (const queue of queues) {
    const session = queue === DEAD_LETTERS ? sessions.deadLetters : sessions.application;
    if ((await countConsumers(session, queue)) === 0) idle.push(queue);
  }
  const snapshot = await Snapshot.of(
    sessions,
    idle,
    async (_, message) => {
      const key = keyOf(message);
      keys.set(key, (keys.get(key) ?? 0) + 1);
    },
    signal,
  );
  try {
    await snapshot.read();
  } finally {
    await snapshot.release();
  }
  return keys;
}

const interrupted = (error: BrokerError, done: number, all: number): UserError =>
  new UserError(
    `The restore stopped after ${done} of ${all} tasks: ${error.message}. Nothing is lost; one task may have been published without being counted. Run the same command again: it continues.`,
  );
