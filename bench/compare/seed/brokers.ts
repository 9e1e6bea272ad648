import type { Broker, QueueCounts, QueueState } from "../../../operate/cluster/brokers";
import { RabbitMqBrokers } from "../../../operate/cluster/rabbitMq";

/** Brokers with mirrored classic queues. The members of a queue are its master and its mirrors. */
export class MirroredBrokers extends RabbitMqBrokers {
  override async list(): Promise<Broker[]> {
    return (await super.list()).map((broker) => ({ ...broker, node: `rabbit@${broker.pod}` }));
  }

  override async queue(name: string): Promise<QueueState> {
    return stateOf(await this.management.get<MirroredQueue>(`/queues/${this.vhost}/${name}`));
  }

  /** Omits the queues that belong to one connection, because they cannot be mirrored. */
  override async queues(): Promise<QueueCounts[]> {
    const queues = await this.management.get<MirroredQueue[]>(`/queues/${this.vhost}`);
    return queues.filter(({ durable }) => durable).map(stateOf);
  }

  /** Only checks the leader, because a drill chooses the leader as its victim. */
  override async makeLeader(queue: string, { node }: Broker): Promise<void> {
    const { leader } = await this.queue(queue);
    if (leader !== node)
      throw new Error(
        `${leader} leads ${queue}, not ${node}. The leader of a mirrored queue cannot be chosen`,
      );
  }
}

/** A mirrored queue in the management API of RabbitMQ 3.10. */
interface MirroredQueue {
  readonly name: string;
  readonly durable: boolean;
  /** Node of the master. */
  readonly node: string;
  readonly slave_nodes?: string[];
  readonly synchronised_slave_nodes?: string[];
  readonly messages?: number;
  readonly messages_unacknowledged?: number;
  readonly consumers?: number;
}

export const stateOf = (queue: MirroredQueue): QueueCounts & QueueState => ({
  name: queue.name,
  leader: queue.node,
  members: [queue.node, ...(queue.slave_nodes ?? [])],
  online: [queue.node, ...(queue.synchronised_slave_nodes ?? [])],
  messages: queue.messages ?? 0,
  unacknowledged: queue.messages_unacknowledged ?? 0,
  consumers: queue.consumers ?? 0,
});
