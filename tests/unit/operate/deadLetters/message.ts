import type { ConsumeMessage } from "amqplib";

/** A dead letter as amqplib delivers it. */
export function deadLetter(
  headers: Record<string, unknown>,
  {
    content = "[[1], {}, {}]",
    routingKey = "mail",
    ...properties
  }: { content?: string; routingKey?: string } & Record<string, unknown> = {},
): ConsumeMessage {
  return {
    content: Buffer.from(content),
    fields: { deliveryTag: 1, redelivered: false, exchange: "dead-letters", routingKey, consumerTag: "c" },
    properties: { contentType: "application/json", headers, ...properties },
  } as unknown as ConsumeMessage;
}

/** An entry of `x-death`. */
export const death = (queue: string, reason: string, seconds: number, count = 1) => ({
  queue,
  reason,
  count,
  time: { "!": "timestamp", value: seconds },
});
