import type { ConfirmChannel } from "amqplib";
import type { AmqpSession } from "../../../../operate/amqp/connection";

/** A session whose branches share its channel. By default, its connection never ends. */
export function sessionWith(channel: object, failed = new Promise<never>(() => undefined)): AmqpSession {
  failed.catch(() => undefined);
  const session: AmqpSession = {
    channel: channel as ConfirmChannel,
    failed,
    branch: async () => session,
    close: async () => undefined,
  };
  return session;
}
