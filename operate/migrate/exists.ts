import type { AmqpSession } from "../amqp/connection";
import { messageOf, UsageError } from "../errors";

/** Fails with the error if a queue does not exist. A refusal ends its channel, so this has its own. */
export async function exists(
  session: AmqpSession,
  queue: string,
  error: (why: string) => string,
): Promise<void> {
  const branch = await session.branch();
  await Promise.race([branch.channel.checkQueue(queue), branch.failed]).catch((failure: unknown) => {
    throw new UsageError(error(messageOf(failure)));
  });
  await branch.close();
}
