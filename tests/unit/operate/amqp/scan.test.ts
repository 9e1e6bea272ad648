import assert from "node:assert/strict";
import type { ConsumeMessage } from "amqplib";
import type { AmqpSession } from "../../../../operate/amqp/connection";
import { scan } from "../../../../operate/amqp/scan";
import { sessionWith } from "./session";

/** A queue whose brokers count it as these numbers, one after another, and as what is left from then on. */
class Queue {
  returned = 0;
  private deliver: (message: ConsumeMessage) => void = () => undefined;

  constructor(
    private messages: number,
    private readonly wrongCounts: number[],
  ) {}

  get session(): AmqpSession {
    return sessionWith({
      checkQueue: async () => ({ messageCount: this.wrongCounts.shift() ?? this.messages }),
      get: async () => this.messages > 0 && this.take(),
      nack: ({ fields }: ConsumeMessage, allUpTo: boolean) => {
        const returned = allUpTo ? fields.deliveryTag : 1;
        this.returned += returned;
        this.messages += returned;
      },
      prefetch: async () => undefined,
      consume: async (_: string, deliver: (message: ConsumeMessage) => void) => {
        this.deliver = deliver;
        for (let tag = 1; this.messages > 0; tag++) this.deliver(this.take(tag));
        return { consumerTag: "only" };
      },
      cancel: async () => undefined,
    });
  }

  private take(deliveryTag = 1): ConsumeMessage {
    this.messages -= 1;
    return { fields: { deliveryTag, consumerTag: "only" } } as unknown as ConsumeMessage;
  }
}

describe("reading all messages of a queue", () => {
  const read = (queue: Queue) => scan(queue.session, "mail", async () => "kept");

  it("does not take a leader that is slow to answer for an empty queue", async () => {
    const queue = new Queue(3, [0, 0]);
    assert.equal(await read(queue), 3);
    // Each of the two times one, and in the end all.
    assert.equal(queue.returned, 2 + 3);
  });

  it("reads nothing of an empty queue", async () => {
    assert.equal(await read(new Queue(0, [])), 0);
  });
});
