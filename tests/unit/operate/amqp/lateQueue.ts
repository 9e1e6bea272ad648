import type { ConsumeMessage } from "amqplib";
import type { AmqpSession } from "../../../../operate/amqp/connection";
import { sessionWith } from "./session";

/** Answers of a broker whose queue's leader has not answered it. */
export const LATE = { messageCount: 0, consumerCount: 0 };

/** A queue with consumers of other clients. The first answers of its broker are wrong. */
export class LateQueue {
  returned = 0;
  /** Options of the consumers that were added. */
  readonly consumed: object[] = [];
  private own = 0;

  constructor(
    private messages: number,
    private readonly consumers: number,
    private late = 1,
  ) {}

  get session(): AmqpSession {
    return sessionWith({
      on: () => undefined,
      prefetch: async () => undefined,
      checkQueue: async () =>
        this.late-- > 0 ? LATE : { messageCount: this.messages, consumerCount: this.consumers + this.own },
      get: async () => this.messages > 0 && this.take(),
      nack: () => {
        this.returned += 1;
        this.messages += 1;
      },
      nackAll: () => undefined,
      consume: async (_: string, deliver: (message: ConsumeMessage) => void, options = {}) => {
        this.own += 1;
        this.consumed.push(options as object);
        if (this.messages > 0 && this.consumers === 0 && "priority" in options) deliver(this.take());
        return { consumerTag: "own" };
      },
      cancel: async () => {
        this.own -= 1;
      },
    });
  }

  private take(): ConsumeMessage {
    this.messages -= 1;
    return { fields: { deliveryTag: 1 } } as unknown as ConsumeMessage;
  }
}
