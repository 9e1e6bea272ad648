import type { MessageProperties, Options } from "amqplib";
import { messageOf } from "../errors";
import { type AmqpSession, BrokerError } from "./connection";
import { isObject, mapValues } from "./text";

/** What the broker did with a published message. */
export type Published = "stored" | "unroutable" | "refused";

/** Headers of RabbitMQ about the past of a message, and those that would send copies to other queues. */
const FORMER = /^(x-(death|first-death-.*|last-death-.*|delivery-count|acquired-count)|CC|BCC)$/;

const CONFIRM_TIMEOUT_MS = 30_000;

/** Properties that a publisher may set. RabbitMQ refuses the user id of another user. */
export function propertiesOf({ properties }: { readonly properties: MessageProperties }): Options.Publish {
  const { contentType, contentEncoding, headers, deliveryMode, priority } = properties;
  const { correlationId, replyTo, messageId, timestamp, type, appId } = properties;
  return {
    contentType: contentType as string | undefined,
    contentEncoding: contentEncoding as string | undefined,
    headers,
    deliveryMode: deliveryMode as number | undefined,
    priority: priority as number | undefined,
    correlationId: correlationId as string | undefined,
    replyTo: replyTo as string | undefined,
    messageId: messageId as string | undefined,
    timestamp: timestamp as number | undefined,
    type: type as string | undefined,
    appId: appId as string | undefined,
  };
}

/** Headers of a new life of a message. */
export const withoutPast = (headers: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !FORMER.test(name)));

/**
 * Integers with the 32 bits that Python's client gives them. amqplib would write most of them with 16 bits, which py-amqp
 * before 5.4 takes for a text: a worker that gets such a task, and each one after it, loses its connection.
 */
function withWideIntegers(value: unknown): unknown {
  if (Number.isInteger(value) && Math.abs(Number(value)) < 2 ** 31) return { "!": "int", value };
  if (Array.isArray(value)) return value.map(withWideIntegers);
  return isObject(value) && !("!" in value) && !Buffer.isBuffer(value)
    ? mapValues(value, withWideIntegers)
    : value;
}

/** Options of a task that the broker returns if no queue takes it. */
export const mandatory = (options: Options.Publish): Options.Publish => ({
  ...options,
  headers: withWideIntegers(options.headers),
  mandatory: true,
});

export const isNack = (error: unknown) => messageOf(error) === "message nacked";

/** Publishes one message at a time, and waits until the brokers have stored it. */
export class Publisher {
  private returned = false;

  constructor(private readonly session: AmqpSession) {
    // Comes before the confirm.
    session.channel.on("return", () => (this.returned = true));
  }

  async publish(
    exchange: string,
    routingKey: string,
    body: Buffer,
    options: Options.Publish,
  ): Promise<Published> {
    this.returned = false;
    const { channel, failed } = this.session;
    const confirmed = new Promise<Published>((resolve, reject) => {
      const timer = setTimeout(
        () =>
          reject(new BrokerError(`the brokers have not confirmed a task for ${CONFIRM_TIMEOUT_MS / 1000} s`)),
        CONFIRM_TIMEOUT_MS,
      );
      channel.publish(exchange, routingKey, body, mandatory(options), (error: unknown) => {
        clearTimeout(timer);
        if (!error) resolve(this.returned ? "unroutable" : "stored");
        // When the channel ends, the client answers, too. The message may be stored then, and `failed` says why.
        else if (isNack(error)) resolve("refused");
      });
    });
    return Promise.race([confirmed, failed]);
  }
}
