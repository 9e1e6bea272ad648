import { EventEmitter } from "node:events";
import type { ConsumeMessage } from "amqplib";
import { BrokerError } from "../../../../operate/amqp/connection";
import { sessionWith } from "../amqp/session";
import { deadLetter } from "../deadLetters/message";

export type Confirm = (error: Error | null) => void;

class FakeSession extends EventEmitter {
  private fail: (error: Error) => void = () => undefined;
  readonly session = sessionWith(this, new Promise<never>((_, reject) => (this.fail = reject)));

  end(): void {
    this.fail(new BrokerError("the connection to the broker ended"));
  }
}

/** The other RabbitMQ, with one queue and a consumer beside the command's. */
export class FakeSource extends FakeSession {
  /** Ids of the tasks that the command has acknowledged. */
  readonly acknowledged: string[] = [];
  private readonly tasks: ConsumeMessage[];

  constructor(ids: readonly string[], routingKey = "mail") {
    super();
    this.tasks = ids.map((id) => deadLetter({ id }, { content: id, routingKey }));
  }

  async prefetch(): Promise<void> {}

  async consume(_: string, deliver: (message: ConsumeMessage) => void): Promise<{ consumerTag: string }> {
    setImmediate(() => this.tasks.forEach(deliver));
    return { consumerTag: "own" };
  }

  async cancel(): Promise<void> {}

  ack({ content }: ConsumeMessage): void {
    this.acknowledged.push(content.toString());
  }

  nackAll(): void {}

  async checkQueue(): Promise<object> {
    return { messageCount: this.tasks.length - this.acknowledged.length, consumerCount: 1 };
  }

  async get(): Promise<false> {
    return false;
  }
}

/** Our brokers, which answer each publish as told. */
export class FakeTarget extends FakeSession {
  readonly published: { id: string; exchange: string; routingKey: string }[] = [];
  /** How often a queue was looked up. */
  checked = 0;

  constructor(
    private readonly answer: (id: string, confirm: Confirm, target: FakeTarget) => void,
    private readonly queues: readonly string[] = [],
  ) {
    super();
  }

  publish(exchange: string, routingKey: string, body: Buffer, _: object, confirm: Confirm): void {
    const id = body.toString();
    this.answer(id, confirm, this);
    this.published.push({ id, exchange, routingKey });
  }

  async checkQueue(queue: string): Promise<object> {
    this.checked += 1;
    if (!this.queues.includes(queue)) throw new Error(`404 (NOT-FOUND) no queue '${queue}'`);
    return { messageCount: 0, consumerCount: 1 };
  }
}
