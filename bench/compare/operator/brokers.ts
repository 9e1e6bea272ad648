import type { QueueCounts } from "../../../operate/cluster/brokers";
import { RabbitMqBrokers } from "../../../operate/cluster/rabbitMq";

/** Brokers with quorum queues beside the queues that Celery declares for each connection. */
export class OperatorBrokers extends RabbitMqBrokers {
  /** Omits the classic queues of single connections, because they have no copies. */
  override async queues(): Promise<QueueCounts[]> {
    return (await super.queues()).filter(({ members }) => members.length > 0);
  }
}
