import { type AmqpSession, BrokerError } from "../amqp/connection";
import { FIRST_DELAY } from "../amqp/delays";
import { UsageError, UserError } from "../errors";
import { allSettled } from "../waiting";
import { exists } from "./exists";
import { move, type Moved, type MoveOptions, type Pair, WINDOW } from "./move";

export interface MigrateOptions extends Omit<MoveOptions, "report"> {
  readonly pairs: readonly Pair[];
  /** Is called with the number of tasks that have moved. */
  readonly report?: (moved: number) => void;
}

/** Moves the tasks of queues of another RabbitMQ to ours, while both are in use. */
export async function migrate(
  source: AmqpSession,
  target: AmqpSession,
  { pairs, report, ...options }: MigrateOptions,
): Promise<Moved[]> {
  await checkQueues(source, target, pairs);
  const ended = new AbortController();
  const signal = AbortSignal.any([options.signal, ended.signal]);
  const moved = pairs.map(() => 0);
  const moves = pairs.map((pair, at) =>
    move(source, target, pair, {
      ...options,
      signal,
      report: (count) => {
        moved[at] = count;
        report?.(moved.reduce((sum, each) => sum + each, 0));
      },
    }).catch((error: unknown) => {
      // The others return what they hold.
      ended.abort();
      throw error;
    }),
  );
  try {
    await allSettled(...moves);
  } catch (error) {
    throw error instanceof BrokerError ? interrupted(error) : error;
  }
  return Promise.all(moves);
}

/** A mistake in a name would otherwise end the bridge after it has begun. */
async function checkQueues(source: AmqpSession, target: AmqpSession, pairs: readonly Pair[]): Promise<void> {
  for (const { from, to } of pairs) {
    await exists(
      source,
      from,
      (why) => `The other RabbitMQ has no queue "${from}" that the user may read: ${why}.`,
    );
    await exists(
      target,
      to,
      (why) =>
        `The installation has no queue "${to}": ${why}. Start the worker pool that consumes it, which declares it, or name another queue with --to.`,
    );
  }
  const delays = await target.branch();
  await Promise.race([delays.channel.checkExchange(FIRST_DELAY), delays.failed]).catch(() => {
    throw new UsageError(
      "The installation has no queues for delayed tasks, which a task with an eta needs. Start a worker pool, which declares them.",
    );
  });
}

const interrupted = (error: BrokerError): UserError =>
  new UserError(
    `The migration stopped: ${error.message}. Nothing is lost; up to ${WINDOW} tasks of each queue may be in both. Run the same command again: it continues with what is left.`,
  );
