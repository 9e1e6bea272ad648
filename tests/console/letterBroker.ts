import type { ConsumeMessage, MessageProperties, Options } from "amqplib";
import type { AmqpSession } from "../../operate/amqp/connection";
import { DEAD_LETTERS } from "../../components/shared/celery/contract";

/** A broker in memory that knows enough of AMQP for dead letters to be read, replayed, and purged. */
export class LetterBroker {
  /** Tasks by queue. A queue that is missing does not exist. */
  readonly queues = new Map<string, ConsumeMessage[]>();
  private readonly held = new Map<number, ConsumeMessage>();
  private tag = 0;

  constructor(letters: readonly ConsumeMessage[], queues: readonly string[]) {
    this.queues.set(DEAD_LETTERS, [...letters]);
    for (const queue of queues) this.queues.set(queue, []);
  }

  get letters(): ConsumeMessage[] {
    return this.queues.get(DEAD_LETTERS) ?? [];
  }

  session(): AmqpSession {
    let returned: () => void = () => undefined;
    const channel = {
      prefetch: async () => undefined,
      checkQueue: async () => ({ messageCount: this.letters.length }),
      consume: async (_: string, deliver: (message: ConsumeMessage) => void) => {
        for (const message of this.letters.splice(0)) deliver(this.hold(message));
        return { consumerTag: "reader" };
      },
      get: async () => {
        const first = this.letters.shift();
        return first ? this.hold(first) : false;
      },
      cancel: async () => undefined,
      ack: ({ fields }: ConsumeMessage) => this.held.delete(fields.deliveryTag),
      nack: ({ fields }: ConsumeMessage) => {
        const back = [...this.held].filter(([tag]) => tag <= fields.deliveryTag);
        for (const [tag] of back) this.held.delete(tag);
        this.letters.unshift(...back.map(([, message]) => message));
      },
      on: (_: string, listener: () => void) => (returned = listener),
      publish: (
        _: string,
        queue: string,
        content: Buffer,
        options: Options.Publish,
        done: (error: null) => void,
      ) => {
        const tasks = this.queues.get(queue);
        if (tasks) tasks.push(messageOf(queue, options as MessageProperties, content));
        else returned();
        done(null);
      },
    };
    return {
      channel: channel as unknown as AmqpSession["channel"],
      failed: new Promise(() => undefined),
      branch: async () => this.session(),
      close: async () => undefined,
    };
  }

  private hold(message: ConsumeMessage): ConsumeMessage {
    this.tag += 1;
    const held = { ...message, fields: { ...message.fields, deliveryTag: this.tag, consumerTag: "reader" } };
    this.held.set(this.tag, held);
    return held;
  }
}

/** What a dead letter is like. */
export interface LetterFacts {
  readonly id: string;
  readonly task: string;
  readonly queue: string;
  readonly reason: string;
  readonly args?: string;
  readonly kwargs?: string;
  /** Milliseconds since 1970. */
  readonly diedAt: number;
  readonly count?: number;
  readonly expires?: string;
  readonly replays?: number;
}

/** A dead letter as Celery and RabbitMQ write it. */
export function letter(facts: LetterFacts): ConsumeMessage {
  const { id, task, queue, reason, args = "()", kwargs = "{}", diedAt, count = 1, expires, replays } = facts;
  const death = { count, reason, queue, time: { "!": "timestamp", value: Math.floor(diedAt / 1000) } };
  const headers = {
    ...{
      lang: "py",
      task,
      id,
      root_id: id,
      argsrepr: args,
      kwargsrepr: kwargs,
      retries: 0,
      origin: "gen7@shop-web-0",
    },
    ...(expires !== undefined && { expires }),
    ...(replays !== undefined && { "ha-celery-replays": replays }),
    ...{ "x-death": [death], "x-last-death-reason": reason, "x-last-death-queue": queue },
  };
  const body = Buffer.from(
    JSON.stringify([[], {}, { callbacks: null, errbacks: null, chain: null, chord: null }]),
  );
  const properties = { headers, contentType: "application/json", contentEncoding: "utf-8", deliveryMode: 2 };
  return messageOf(queue, { ...properties, correlationId: id } as unknown as MessageProperties, body);
}

const messageOf = (routingKey: string, properties: MessageProperties, content: Buffer): ConsumeMessage => ({
  content,
  properties,
  fields: { deliveryTag: 0, redelivered: false, exchange: "", routingKey, consumerTag: "" },
});
