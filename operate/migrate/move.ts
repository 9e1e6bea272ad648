import type { ConsumeMessage } from "amqplib";
import { DELAYED_QUEUES } from "../../components/shared/celery/contract";
import { type AmqpSession, BrokerError } from "../amqp/connection";
import { countConsumers, countMessages } from "../amqp/count";
import { keyOf, type Route, routeOf } from "../backup/message";
import { delayedKey, FIRST_DELAY, timeOfHeader, withoutDelay } from "../amqp/delays";
import { isNack, mandatory, propertiesOf } from "../amqp/publish";
import { messageOf, UsageError } from "../errors";
import { wait } from "../waiting";
import { exists } from "./exists";

/** A queue of the other RabbitMQ, and the queue that its tasks move to. */
export interface Pair {
  readonly from: string;
  readonly to: string;
}

export interface MoveOptions {
  /** Ends once no task has arrived for this time. Undefined: only `signal` ends it. */
  readonly idleSeconds?: number;
  readonly signal: AbortSignal;
  readonly report?: (moved: number) => void;
}

/** Counts of one queue. Each task that was taken has moved, or was returned. */
export interface Moved extends Pair {
  /** Tasks that the other RabbitMQ has delivered. */
  readonly taken: number;
  /** Tasks that our brokers have confirmed, and that were then removed there. */
  readonly moved: number;
  /** Tasks that stayed there, because the command ended, or because they cannot move. */
  readonly returned: number;
  /** Tasks that cannot move, and why. */
  readonly failed: readonly { readonly key: string; readonly why: string }[];
  /** Tasks that wait there now. */
  readonly remaining: number;
  /** Consumers that the queue has there. */
  readonly consumers: number;
}

/** Tasks under way at the same time, so the most that a killed command leaves in both queues. */
export const WINDOW = 100;
/** A task that is due earlier goes to its queue at once. */
const DELAY_SECONDS = 2;
const SETTLE_SECONDS = 30;
/** The same after a failure, when the confirms may never arrive. */
const FAILED_SETTLE_SECONDS = 10;
/** RabbitMQ's default `max_message_size`. A larger body ends the channel. */
const LARGEST_BODY = 16 * 1024 * 1024;

/**
 * Publishes the tasks of a queue to ours, and acknowledges each there once our brokers have confirmed it. So nothing is
 * lost at any point, and a task of which the acknowledgement is lost is in both queues.
 */
export async function move(
  source: AmqpSession,
  target: AmqpSession,
  pair: Pair,
  { idleSeconds, signal, report }: MoveOptions,
): Promise<Moved> {
  const [there, here] = [await source.branch(), await target.branch()];
  const bridge = new Bridge(there, here, pair);
  const failed = Promise.race([there.failed, here.failed, bridge.failed]);
  const isIdle = () => idleSeconds !== undefined && Date.now() - bridge.lastMoved > idleSeconds * 1000;
  try {
    await Promise.race([bridge.start(), failed]);
    while (!signal.aborted && !bridge.isStuck && !(isIdle() && bridge.pending === 0)) {
      await Promise.race([wait(0.2), failed]);
      report?.(bridge.moved);
    }
    return await Promise.race([bridge.stop(), failed]);
  } catch (error) {
    // What our brokers have stored would otherwise run twice.
    await bridge.settle(FAILED_SETTLE_SECONDS);
    throw error;
  }
}

class Bridge {
  taken = 0;
  moved = 0;
  lastMoved = Date.now();
  /** Rejects when our brokers do not store a task. */
  readonly failed: Promise<never>;
  private fail: (error: Error) => void = () => undefined;
  private isStopped = false;
  private canAcknowledge = true;
  private tag = "";
  private readonly underWay = new Set<ConsumeMessage>();
  /** One check for each queue that delayed tasks wait for. */
  private readonly checks = new Map<string, Promise<void>>();
  private readonly kept: { key: string; why: string }[] = [];

  constructor(
    private readonly source: AmqpSession,
    private readonly target: AmqpSession,
    private readonly pair: Pair,
  ) {
    this.failed = new Promise((_, reject) => (this.fail = reject));
    this.failed.catch(() => undefined);
    // Comes before the confirm of the same task. Nothing is acknowledged after it, because it is not known which one it
    // is; all of them return to the other RabbitMQ.
    target.channel.on("return", () => {
      this.canAcknowledge = false;
      this.refuse("does not exist");
    });
    source.failed.catch(() => (this.canAcknowledge = false));
  }

  /** Tasks that are checked, or whose confirm has not arrived. */
  get pending(): number {
    return this.underWay.size;
  }

  /** Whether the other RabbitMQ delivers no more, because so many tasks cannot move. */
  get isStuck(): boolean {
    return this.kept.length >= WINDOW;
  }

  async start(): Promise<void> {
    const { channel } = this.source;
    await channel.prefetch(WINDOW);
    const { consumerTag } = await channel.consume(this.pair.from, (message) => {
      if (!message) this.fail(new BrokerError(`queue ${this.pair.from} was deleted in the other RabbitMQ`));
      else {
        this.taken += 1;
        if (!this.isStopped) this.carry(message);
      }
    });
    this.tag = consumerTag;
  }

  /** Waits for the confirms that are under way, and returns the other tasks. */
  async stop(): Promise<Moved> {
    const { channel } = this.source;
    this.isStopped = true;
    await channel.cancel(this.tag);
    await this.settle(SETTLE_SECONDS);
    if (this.pending > 0)
      throw new BrokerError(`the brokers have not confirmed ${this.pending} tasks for ${SETTLE_SECONDS} s`);
    if (this.taken > this.moved) channel.nackAll(true);
    // The answers come after the broker has handled all acknowledgements.
    const remaining = await countMessages(this.source, this.pair.from);
    const consumers = await countConsumers(this.source, this.pair.from);
    return {
      ...this.pair,
      taken: this.taken,
      moved: this.moved,
      returned: this.taken - this.moved,
      failed: this.kept,
      remaining,
      consumers,
    };
  }

  /** Takes no more tasks, and waits for the confirms that are under way. Each is acknowledged as it arrives. */
  async settle(seconds: number): Promise<void> {
    this.isStopped = true;
    const deadline = Date.now() + seconds * 1000;
    while (this.pending > 0 && this.canAcknowledge && Date.now() < deadline) await wait(0.1);
  }

  private carry(message: ConsumeMessage): void {
    const size = message.content.length;
    if (size > LARGEST_BODY)
      return this.keep(message, `its body has ${size} bytes; the brokers store at most ${LARGEST_BODY}`);
    this.underWay.add(message);
    if (this.pair.from.startsWith(DELAYED_QUEUES)) void this.carryDelayed(message);
    else this.publish(message);
  }

  /** Our queues of delayed tasks lead to queues by name. A task for none of them would be a dead letter when it is due. */
  private async carryDelayed(message: ConsumeMessage): Promise<void> {
    const { routingKey } = message.fields;
    const queue = withoutDelay(routingKey);
    if (queue === undefined)
      return this.keep(message, `its routing key "${routingKey}" begins with no delay`);
    if (this.pair.to !== this.pair.from) return this.publish(message);
    const check =
      this.checks.get(queue) ??
      exists(
        this.target,
        queue,
        (why) =>
          `its routing key is "${queue}", and the installation has no queue of that name: ${why}. Start the worker pool that consumes it, which declares it, or name another queue with --to.`,
      );
    this.checks.set(queue, check);
    try {
      await check;
    } catch (error) {
      if (error instanceof UsageError) return this.keep(message, error.message);
      this.underWay.delete(message);
      return this.fail(new BrokerError(messageOf(error)));
    }
    if (this.isStopped) this.underWay.delete(message);
    else this.publish(message);
  }

  private publish(message: ConsumeMessage): void {
    const { exchange, routingKey, options } = routeTo(message, this.pair, Date.now());
    const { channel } = this.target;
    try {
      channel.publish(exchange, routingKey, message.content, mandatory(options), (error: unknown) => {
        this.underWay.delete(message);
        if (isNack(error)) this.refuse("refused a task, because it is full or has no leader");
        // When the channel ends, the client answers, too. The task may be stored then, and `failed` says why.
        if (error || !this.canAcknowledge) return;
        this.source.channel.ack(message);
        this.moved += 1;
        this.lastMoved = Date.now();
      });
    } catch (error) {
      // The headers are too large for the client. The connection is as before.
      if (error instanceof RangeError) return this.keep(message, error.message);
      // The channel is closed.
      this.underWay.delete(message);
      this.fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** Leaves a task in its queue, without an acknowledgement, and goes on with the others. */
  private keep(message: ConsumeMessage, why: string): void {
    this.underWay.delete(message);
    this.kept.push({ key: keyOf(message), why });
  }

  private refuse(why: string): void {
    this.fail(new BrokerError(`queue ${this.pair.to} ${why}`));
  }
}

/** A task with an eta waits in the brokers' queues of delayed tasks, and not in a worker. */
export function routeTo(message: ConsumeMessage, { from, to }: Pair, now: number): Route {
  const { routingKey } = message.fields;
  const isDelayed = from.startsWith(DELAYED_QUEUES);
  const former = withoutDelay(routingKey);
  const isRenamed = isDelayed && to !== from && former !== undefined;
  const properties = {
    ...propertiesOf(message),
    expiration: message.properties.expiration as string | undefined,
  };
  const route = routeOf(
    {
      key: keyOf(message),
      queue: isDelayed ? from : to,
      routingKey: isRenamed ? routingKey.slice(0, routingKey.length - former.length) + to : routingKey,
      body: message.content,
      properties,
    },
    now,
  );
  const headers = (properties.headers ?? {}) as Readonly<Record<string, unknown>>;
  const seconds = ((timeOfHeader(headers.eta) ?? now) - now) / 1000;
  if (route.exchange !== "" || seconds <= DELAY_SECONDS) return route;
  return { ...route, exchange: FIRST_DELAY, routingKey: delayedKey(seconds, to) };
}
