import type { Broker, QueueState } from "../../../operate/cluster/brokers";
import { RabbitMqBrokers } from "../../../operate/cluster/rabbitMq";

/** Brokers with mirrored classic queues: the members of a queue are its master and its mirrors. */
export class MirroredBrokers extends RabbitMqBrokers {
  override async list(): Promise<Broker[]> {
    return (await super.list()).map((broker) => ({ ...broker, node: `rabbit@${broker.pod}` }));
  }

  override async queue(name: string): Promise<QueueState> {
    return state(await this.management.get<MirroredQueue>(`/queues/${this.vhost}/${name}`));
  }

  /** Without those that belong to one connection: they cannot be mirrored. */
  override async queues(): Promise<QueueState[]> {
    const queues = await this.management.get<MirroredQueue[]>(`/queues/${this.vhost}`);
    return queues.filter(({ durable }) => durable).map(state);
  }

  /** A drill chooses the node that leads as its victim, so this is not asked for more. */
  override async lead(queue: string, { node }: Broker): Promise<void> {
    const { leader } = await this.queue(queue);
    if (leader !== node)
      throw new Error(
        `${leader} leads ${queue}, not ${node}: a mirrored queue cannot be told which node leads it`,
      );
  }
}

/** What RabbitMQ 3.10 tells of a mirrored queue. */
interface MirroredQueue {
  readonly name: string;
  readonly durable: boolean;
  /** Where its master is. */
  readonly node: string;
  readonly slave_nodes?: string[];
  readonly synchronised_slave_nodes?: string[];
  readonly messages?: number;
  readonly messages_unacknowledged?: number;
  readonly consumers?: number;
}

export const state = (queue: MirroredQueue): QueueState => ({
  name: queue.name,
  leader: queue.node,
  members: [queue.node, ...(queue.slave_nodes ?? [])],
  online: [queue.node, ...(queue.synchronised_slave_nodes ?? [])],
  messages: queue.messages ?? 0,
  unacknowledged: queue.messages_unacknowledged ?? 0,
  consumers: queue.consumers ?? 0,
});
