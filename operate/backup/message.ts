import { createHash } from "node:crypto";
import type { Message, Options } from "amqplib";
import { DEAD_LETTERS, DELAYED_QUEUES } from "../../components/shared/celery/contract";
import { delayedKey, FIRST_DELAY, timeOfHeader, withoutDelay } from "../amqp/delays";
import { propertiesOf, withoutPast } from "../amqp/publish";
import { isObject, replaceBytes, restoreBytes } from "../amqp/text";
import { readLetter } from "../deadLetters/letter";

/** A message of a queue, in a file. */
export interface SavedMessage {
  /** Id of the task, or a hash of a message without one. */
  readonly key: string;
  readonly queue: string;
  readonly routingKey: string;
  readonly properties: Options.Publish;
  readonly body: Buffer;
}

export const keyOf = (message: Pick<Message, "content" | "properties" | "fields">): string =>
  readLetter(message).id ?? createHash("sha256").update(message.content).digest("hex");

/** A JSON object: what a person looks for first, then everything that a publisher needs. */
export function saved(queue: string, message: Message): object {
  const { task } = readLetter(message);
  const { expiration } = message.properties;
  return {
    key: keyOf(message),
    task,
    queue,
    routingKey: message.fields.routingKey,
    properties: replaceBytes({ ...propertiesOf(message), expiration: expiration as string | undefined }),
    body: message.content.toString("base64"),
  };
}

/** Undefined if the object is no message. */
export function savedMessageOf(value: unknown): SavedMessage | undefined {
  if (!isObject(value)) return undefined;
  const { key, queue, routingKey, body, properties } = value;
  if (
    typeof key !== "string" ||
    typeof queue !== "string" ||
    typeof routingKey !== "string" ||
    typeof body !== "string" ||
    !isObject(properties)
  )
    return undefined;
  return {
    key,
    queue,
    routingKey,
    body: Buffer.from(body, "base64"),
    properties: restoreBytes(properties) as Options.Publish,
  };
}

/** How a message gets back into its queue. */
export interface Route {
  readonly exchange: string;
  readonly routingKey: string;
  readonly options: Options.Publish;
}

/**
 * A delayed task enters the queues of delayed tasks again, for what is left of its delay. A dead letter keeps RabbitMQ's
 * headers, which say why it died.
 */
export function routeOf({ queue, routingKey, properties }: SavedMessage, now: number): Route {
  if (queue === DEAD_LETTERS) return { exchange: DEAD_LETTERS, routingKey, options: properties };
  const headers = (properties.headers ?? {}) as Readonly<Record<string, unknown>>;
  const options = {
    ...properties,
    headers: withoutPast(headers),
    expiration: expirationOf(properties.expiration, headers.expires, now),
  };
  if (!queue.startsWith(DELAYED_QUEUES)) return { exchange: "", routingKey: queue, options };
  const due = timeOfHeader(headers.eta);
  const target = withoutDelay(routingKey);
  // The exchange of a delay has the name of its queue.
  if (due === undefined || target === undefined) return { exchange: queue, routingKey, options };
  return { exchange: FIRST_DELAY, routingKey: delayedKey((due - now) / 1000, target), options };
}

/** Milliseconds until the task expires, which have passed partly since the backup. */
function expirationOf(
  expiration: number | string | undefined,
  expires: unknown,
  now: number,
): number | string | undefined {
  const end = timeOfHeader(expires);
  if (expiration === undefined || end === undefined) return expiration;
  return String(Math.max(0, end - now));
}
