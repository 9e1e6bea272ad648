import type { ConsumeMessage } from "amqplib";
import { UserError } from "../errors";
import { wait } from "../waiting";
import type { AmqpSession } from "./connection";

type Asked = Pick<AmqpSession, "channel" | "failed">;

const PATIENCE_MS = 30_000;
const PAUSE_SECONDS = 0.2;

/**
 * Returns the number of messages that can be delivered. A broker also says 0 if the queue's leader does not answer it
 * within 250 ms, so a 0 counts only if the leader has no message when it is asked for one.
 */
export async function countMessages({ channel, failed }: Asked, queue: string): Promise<number> {
  for (const deadline = Date.now() + PATIENCE_MS; ; await wait(PAUSE_SECONDS)) {
    const { messageCount } = await Promise.race([channel.checkQueue(queue), failed]);
    if (messageCount > 0) return messageCount;
    const first = await Promise.race([channel.get(queue), failed]);
    if (!first) return 0;
    channel.nack(first, false, true);
    if (Date.now() > deadline) throw uncounted("messages", queue);
  }
}

/**
 * Returns the number of consumers. A broker also says 0 if the queue's leader does not answer it within 250 ms, so a 0
 * counts only if there are messages, or if a consumer of this command is counted. That one gets a message only while
 * no other consumer takes any, and returns it.
 */
export async function countConsumers(session: AmqpSession, queue: string): Promise<number> {
  const { messageCount, consumerCount } = await Promise.race([
    session.channel.checkQueue(queue),
    session.failed,
  ]);
  if (messageCount > 0 || consumerCount > 0) return consumerCount;
  const own = await session.branch();
  const { channel, failed } = own;
  const taken: ConsumeMessage[] = [];
  const add = (message: ConsumeMessage | null) => message && taken.push(message);
  try {
    await Promise.race([channel.prefetch(1), failed]);
    const { consumerTag } = await Promise.race([channel.consume(queue, add, { priority: -1 }), failed]);
    const count = await countWithOwn({ channel, failed }, queue);
    await Promise.race([channel.cancel(consumerTag), failed]);
    for (const message of taken) channel.nack(message, false, true);
    return count - 1;
  } finally {
    await own.close();
  }
}

async function countWithOwn({ channel, failed }: Asked, queue: string): Promise<number> {
  for (const deadline = Date.now() + PATIENCE_MS; ; await wait(PAUSE_SECONDS)) {
    const { consumerCount } = await Promise.race([channel.checkQueue(queue), failed]);
    if (consumerCount > 0) return consumerCount;
    if (Date.now() > deadline) throw uncounted("consumers", queue);
  }
}

const uncounted = (what: string, queue: string): UserError =>
  new UserError(
    `The brokers have not counted the ${what} of ${queue} for ${PATIENCE_MS / 1000} s. See what is wrong: npx ha-celery status`,
  );
