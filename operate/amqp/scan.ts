import type { ConfirmChannel, ConsumeMessage } from "amqplib";
import { UserError } from "../errors";
import { wait } from "../waiting";
import type { AmqpSession } from "./connection";
import { countMessages } from "./count";

/** What becomes of a message: the visitor has removed it, or it returns to the queue at the end. */
export type Fate = "removed" | "kept";

export interface Scan {
  /** Whether a message is kept without a visit, and does not count. */
  readonly isSkipped?: (message: ConsumeMessage) => boolean;
  /** Ends the scan after the current message. */
  readonly signal?: AbortSignal;
  /** Is called with the number of messages so far, and of all. */
  readonly report?: (visited: number, all: number) => void;
}

/** Messages that one consumer holds. Another one is added for the next ones, so that the broker never sends more. */
const HOLD = 1_000;
const IDLE_MS = 1_000;
const PATIENCE_MS = 30_000;
const RETURN_MS = 30_000;

/**
 * Visits every message that is in the queue now, in order. All that are kept are held until the end and then returned
 * together: otherwise the same ones would be delivered again, and their order would change.
 */
export async function scan(
  session: AmqpSession,
  queue: string,
  visit: (message: ConsumeMessage) => Promise<Fate>,
  options: Scan = {},
): Promise<number> {
  const held = new HeldQueue(session, queue, visit);
  const visited = await held.read(options);
  await held.release();
  return visited;
}

/** Messages of a queue that no other client gets until they are released. */
export class HeldQueue {
  private readonly inbox: Inbox;
  private readonly held: Delivery[] = [];

  constructor(
    private readonly session: AmqpSession,
    readonly queue: string,
    private readonly visit: (message: ConsumeMessage) => Promise<Fate>,
  ) {
    this.inbox = new Inbox(session, queue);
  }

  get count(): number {
    return this.held.length;
  }

  /** Visits the messages that are in the queue now, in order, and returns their number. */
  async read({ isSkipped, signal, report }: Scan = {}): Promise<number> {
    const { inbox, held, session } = this;
    const waiting = await inbox.count();
    const all = waiting + inbox.delivered;
    let visited = 0;
    let lastDelivery = Date.now();
    while (visited < all && !signal?.aborted) {
      if (held.length >= inbox.consumers * HOLD) await inbox.add();
      const message = await inbox.next();
      if (message) {
        lastDelivery = Date.now();
        const skipped = isSkipped?.(message) ?? false;
        if (skipped || (await Promise.race([this.visit(message), session.failed])) === "kept")
          held.push(deliveryOf(message));
        if (skipped) continue;
        visited += 1;
        report?.(visited, all);
      } else if ((await inbox.count()) === 0) {
        // Another client has taken some.
        break;
      } else if (Date.now() - lastDelivery > PATIENCE_MS)
        throw new UserError(
          `The brokers have delivered no message of ${this.queue} for ${PATIENCE_MS / 1000} s, although some are in the queue. See what is wrong: npx ha-celery status`,
        );
    }
    return visited;
  }

  /** Returns them to the queue, in their order, and waits until they are there. Closing the channel does, too, but counts as a failed delivery. */
  async release({ isAwaited = true }: { isAwaited?: boolean } = {}): Promise<void> {
    await this.inbox.close(this.held, isAwaited);
  }
}

/** Enough of a message to return it. */
interface Delivery {
  readonly consumerTag?: string;
  readonly deliveryTag: number;
}

const deliveryOf = ({ fields: { consumerTag, deliveryTag } }: ConsumeMessage): Delivery => ({
  consumerTag,
  deliveryTag,
});

/** Messages that the broker has delivered. */
class Inbox {
  private readonly channel: ConfirmChannel;
  private readonly tags: string[] = [];
  private readonly messages: ConsumeMessage[] = [];
  private wake: () => void = () => undefined;

  constructor(
    private readonly session: AmqpSession,
    private readonly queue: string,
  ) {
    this.channel = session.channel;
  }

  /** Number of messages that `next` returns at once. */
  get delivered(): number {
    return this.messages.length;
  }

  get consumers(): number {
    return this.tags.length;
  }

  count(): Promise<number> {
    return countMessages(this.session, this.queue);
  }

  /** Takes less than `count`, and may be 0 although there are some. */
  async waiting(): Promise<number> {
    return (await this.race(this.channel.checkQueue(this.queue))).messageCount;
  }

  async add(): Promise<void> {
    if (this.consumers === 0) await this.race(this.channel.prefetch(HOLD));
    const consuming = this.channel.consume(this.queue, (message) => {
      // Null if the queue is gone. The scan then ends, because no more messages arrive.
      if (message) this.messages.push(message);
      this.wake();
    });
    this.tags.push((await this.race(consuming)).consumerTag);
  }

  /** Returns undefined if none arrives for a second. */
  async next(): Promise<ConsumeMessage | undefined> {
    if (this.messages.length === 0)
      await this.race(
        new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, IDLE_MS);
          this.wake = () => {
            clearTimeout(timer);
            resolve();
          };
        }),
      );
    return this.messages.shift();
  }

  /** Returns what was kept and what was not visited. Unlike closing the channel, this is not a failed delivery. */
  async close(kept: readonly Delivery[], isAwaited: boolean): Promise<void> {
    for (const tag of this.tags) await this.race(this.channel.cancel(tag));
    const returned = [...kept, ...this.messages.map(deliveryOf)];
    const lasts = returned.filter(({ consumerTag }, at) => consumerTag !== returned[at + 1]?.consumerTag);
    for (const last of lasts) {
      this.channel.nack(messageOf(last), true, true);
      // The broker collects what it gets at once, and returns it by consumer, which would change the order.
      await this.waiting();
    }
    if (!isAwaited) return;
    // The broker returns them after it has answered. A command that follows would see only some of them.
    for (const deadline = Date.now() + RETURN_MS; (await this.waiting()) < returned.length;)
      if (Date.now() > deadline) break;
      else await wait(0.1);
  }

  private race<T>(promise: Promise<T>): Promise<T> {
    return Promise.race([promise, this.session.failed]);
  }
}

/** The client reads nothing else of it. */
const messageOf = (fields: Delivery): ConsumeMessage =>
  ({ fields, properties: {}, content: NOTHING }) as unknown as ConsumeMessage;

const NOTHING = Buffer.alloc(0);
