import { UserError } from "../errors";
import { wait } from "../waiting";
import type { AmqpSession } from "./connection";

const PATIENCE_MS = 30_000;
const PAUSE_SECONDS = 0.2;

/**
 * Returns the number of messages that can be delivered. A broker also says 0 if the queue's leader does not answer it
 * within 250 ms, so a 0 counts only if the leader has no message when it is asked for one.
 */
export async function countMessages(
  { channel, failed }: Pick<AmqpSession, "channel" | "failed">,
  queue: string,
): Promise<number> {
  for (const deadline = Date.now() + PATIENCE_MS; ; await wait(PAUSE_SECONDS)) {
    const { messageCount } = await Promise.race([channel.checkQueue(queue), failed]);
    if (messageCount > 0) return messageCount;
    const first = await Promise.race([channel.get(queue), failed]);
    if (!first) return 0;
    channel.nack(first, false, true);
    if (Date.now() > deadline)
      throw new UserError(
        `The brokers have not counted the messages of ${queue} for ${PATIENCE_MS / 1000} s. See what is wrong: npx ha-celery status`,
      );
  }
}
