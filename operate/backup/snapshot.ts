import type { ConsumeMessage } from "amqplib";
import { DEAD_LETTERS, DELAYED_QUEUES } from "../../components/shared/celery/contract";
import type { AmqpSession } from "../amqp/connection";
import { HeldQueue } from "../amqp/scan";
import { type QueueContents, queueContents } from "../cluster/queues";
import type { Brokers } from "../cluster/brokers";
import { UserError } from "../errors";
import { wait } from "../waiting";

/** Connections of the application's user, and of the only user that may read dead letters. */
export interface Sessions {
  readonly application: AmqpSession;
  readonly deadLetters: AmqpSession;
}

/** What brokers tell of their queues is up to 5 s old. */
const STATISTICS_SECONDS = 6;
/** A task that failed a delivery waits up to a minute for the next one. */
const PATIENCE_SECONDS = 90;

type Visit = (queue: string, message: ConsumeMessage) => Promise<void>;

/** Messages of several queues, held at the same time. */
export class Snapshot {
  private readonly held: HeldQueue[] = [];

  private constructor(private readonly signal: AbortSignal) {}

  /**
   * Prepares to hold all messages of these queues. A delayed task moves to queues with lower numbers, then to its own,
   * and may become a dead letter there. Queues are read in the same order, so each message is read once.
   */
  static async of(
    sessions: Sessions,
    queues: readonly string[],
    visit: Visit,
    signal: AbortSignal,
  ): Promise<Snapshot> {
    const snapshot = new Snapshot(signal);
    for (const queue of readingOrder(queues)) {
      const session = await (queue === DEAD_LETTERS ? sessions.deadLetters : sessions.application).branch();
      const held = new HeldQueue(session, queue, async (message) => {
        await visit(queue, message);
        return "kept";
      });
      snapshot.held.push(held);
    }
    return snapshot;
  }

  /** Number of messages by queue. */
  get counts(): ReadonlyMap<string, number> {
    return new Map(this.held.map(({ queue, count }) => [queue, count]));
  }

  /**
   * Waits until the queues have no other messages than those that are held, and returns the number of messages that
   * have been published since.
   */
  async complete(brokers: Pick<Brokers, "management" | "vhost">): Promise<number> {
    const deadline = Date.now() + PATIENCE_SECONDS * 1000;
    for (;;) {
      await wait(STATISTICS_SECONDS, this.signal).catch(() => undefined);
      await this.read();
      const contents = await queueContents(brokers);
      const open = [...this.counts].filter(([queue, count]) => !isSettled(contents.get(queue), count));
      if (open.length === 0)
        return [...this.counts.keys()].reduce((sum, queue) => sum + (contents.get(queue)?.ready ?? 0), 0);
      if (Date.now() > deadline) throw unsettled(open, contents);
    }
  }

  /** Returns all messages to their queues, in their order. */
  async release(): Promise<void> {
    // Messages that are delayed may leave their queue at once.
    for (const held of this.held) await held.release({ isAwaited: !held.queue.startsWith(DELAYED_QUEUES) });
  }

  /** Reads the messages that can be delivered now. */
  async read(): Promise<void> {
    for (const held of this.held) {
      await held.read({ signal: this.signal });
      if (this.signal.aborted)
        throw new UserError("The command was interrupted. All tasks are in their queues.");
    }
  }
}

/** Delayed tasks from the longest delay, then others by name, then dead letters. */
export function readingOrder(queues: readonly string[]): string[] {
  const rank = (queue: string) => {
    if (queue === DEAD_LETTERS) return 1;
    return queue.startsWith(DELAYED_QUEUES) ? -1 - Number(queue.slice(DELAYED_QUEUES.length)) : 0;
  };
  return [...queues].sort((one, other) => rank(one) - rank(other) || one.localeCompare(other));
}

const isSettled = (contents: QueueContents | undefined, held: number): boolean =>
  contents !== undefined && contents.unacknowledged === held && contents.returning === 0;

function unsettled(
  open: readonly (readonly [string, number])[],
  contents: ReadonlyMap<string, QueueContents>,
): UserError {
  const parts = open.map(([queue, count]) => {
    const { unacknowledged = 0, returning = 0 } = contents.get(queue) ?? {};
    return `${queue}: ${Math.max(0, unacknowledged - count)} held by other clients, ${returning} wait for their next delivery`;
  });
  return new UserError(
    `Some tasks cannot be read (${parts.join("; ")}), so the backup would lack them. Stop the clients that hold them, and run the command again.`,
  );
}
