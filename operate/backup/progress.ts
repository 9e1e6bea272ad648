import { RESTORE_QUEUES } from "../../components/shared/celery/contract";
import { type AmqpSession, BrokerError } from "../amqp/connection";
import { countMessages } from "../amqp/count";
import { Publisher } from "../amqp/publish";
import { messageOf, UserError } from "../errors";
import { wait } from "../waiting";
import type { Definitions } from "./definitions";
import { LOCK, RESTORED } from "./names";

const NOTHING = Buffer.alloc(0);
/** The broker notices within two heartbeats that a killed command is gone. */
const LOCK_SECONDS = 25;

/**
 * How far the restore of a backup is. The brokers keep it beside the tasks, so it is lost only with them: as the length
 * of a queue, and after the end as an exchange, which costs nothing.
 */
export class Progress {
  private readonly queue: string;
  private readonly exchange: string;
  private readonly publisher: Publisher;

  constructor(
    private readonly session: AmqpSession,
    id: string,
  ) {
    this.queue = RESTORE_QUEUES + id;
    this.exchange = RESTORED + id;
    this.publisher = new Publisher(session);
  }

  /** Whether an earlier restore was completed. */
  isComplete({ exchanges }: Pick<Definitions, "exchanges">): boolean {
    return exchanges.some(({ name }) => name === this.exchange);
  }

  /** Returns the number of messages that an earlier restore has handled. */
  async read({ queues }: Pick<Definitions, "queues">): Promise<number> {
    if (!queues.some(({ name }) => name === this.queue)) return 0;
    return countMessages(this.session, this.queue);
  }

  async begin(): Promise<void> {
    const { channel, failed } = this.session;
    const options = { durable: true, arguments: { "x-queue-type": "quorum" } };
    await Promise.race([channel.assertQueue(this.queue, options), failed]);
  }

  /** Counts one more message. */
  async advance(): Promise<void> {
    const result = await this.publisher.publish("", this.queue, NOTHING, { deliveryMode: 2 });
    if (result !== "stored") throw new BrokerError(`queue ${this.queue} is ${result}`);
  }

  async finish(): Promise<void> {
    const { channel, failed } = this.session;
    await Promise.race([channel.assertExchange(this.exchange, "fanout", { durable: true }), failed]);
    await Promise.race([channel.deleteQueue(this.queue), failed]);
  }

  /** Forgets an earlier restore of the same backup. */
  async forget(): Promise<void> {
    const { channel, failed } = this.session;
    await Promise.race([channel.deleteQueue(this.queue), failed]);
    await Promise.race([channel.deleteExchange(this.exchange), failed]);
  }
}

/** Fails if another restore is running. The lock ends with the connection. */
export async function lock(session: AmqpSession): Promise<void> {
  for (const deadline = Date.now() + LOCK_SECONDS * 1000; ; await wait(1)) {
    // A refusal ends its channel.
    const attempt = await session.branch();
    try {
      const arguments_ = { "x-queue-type": "classic" };
      const declared = attempt.channel.assertQueue(LOCK, {
        exclusive: true,
        durable: false,
        arguments: arguments_,
      });
      await Promise.race([declared, attempt.failed]);
      return;
    } catch (error) {
      if (!/RESOURCE.LOCKED/i.test(messageOf(error))) throw error;
      if (Date.now() > deadline)
        throw new UserError(
          "Another restore is running. Wait until it has ended, and run the command again.",
        );
    }
  }
}
