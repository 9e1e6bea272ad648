import type { V1Pod } from "@kubernetes/client-node";
import { BROKER_CONTAINER } from "../../components/rabbitMqCluster/names";
import type {
  Broker,
  Brokers,
  CommandTarget,
  Level,
  MemberState,
  QueueCounts,
  QueueState,
  QueueStatistics,
} from "./brokers";
import type { Cluster } from "./cluster";
import { isReady, nameOf } from "./objects";
import { type ManagementApi, PodsManagementApi } from "./management";

/** Where the broker pods of an installation run, and how to reach them. */
export interface RabbitMqLocation {
  readonly namespace: string;
  /** Name of the StatefulSet. */
  readonly name: string;
  readonly selector: string;
  /** Suffix of the node names after the pod's name: `celery-broker-nodes.celery.svc.cluster.local`. */
  readonly domain: string;
  readonly vhost: string;
  readonly replicas: number;
  /** Includes user and password. */
  readonly managementUrl: URL;
}

/** The brokers of a RabbitMqCluster. */
export class RabbitMqBrokers implements Brokers {
  readonly namespace: string;
  readonly name: string;
  readonly vhost: string;
  readonly replicas: number;
  readonly management: ManagementApi;

  constructor(
    private readonly cluster: Cluster,
    private readonly location: RabbitMqLocation,
  ) {
    ({ namespace: this.namespace, name: this.name, vhost: this.vhost, replicas: this.replicas } = location);
    this.management = new PodsManagementApi(cluster, this.namespace, location.managementUrl, async () =>
      (await this.pods()).filter(isReady).map(nameOf),
    );
  }

  async pods(): Promise<V1Pod[]> {
    const pods = await this.cluster.pods(this.namespace, this.location.selector);
    return pods.sort((one, other) => ordinalOf(one) - ordinalOf(other));
  }

  async list(): Promise<Broker[]> {
    return (await this.pods()).map((pod) => ({
      node: `rabbit@${nameOf(pod)}.${this.location.domain}`,
      ordinal: ordinalOf(pod),
      pod: nameOf(pod),
      kubernetesNode: pod.spec?.nodeName ?? "",
      ip: pod.status?.podIP ?? "",
      uid: pod.metadata?.uid ?? "",
    }));
  }

  exec({ pod, timeoutSeconds }: CommandTarget, ...command: string[]): Promise<string> {
    const container = { namespace: this.namespace, pod, container: BROKER_CONTAINER, timeoutSeconds };
    return this.cluster.exec(container, ...command);
  }

  async queue(name: string): Promise<QueueState> {
    return stateOf(
      await this.management.get<QueueOfApi>(
        `/queues/${encodeURIComponent(this.vhost)}/${encodeURIComponent(name)}`,
      ),
    );
  }

  async queues(timeoutSeconds?: number): Promise<QueueCounts[]> {
    // Statistics are up to 5 s old, and collecting them involves every node.
    const queues = await this.management.get<QueueOfApi[]>(
      `/queues/${encodeURIComponent(this.vhost)}?disable_stats=true&enable_queue_totals=true`,
      timeoutSeconds,
    );
    return queues.map(countsOf);
  }

  async statistics(): Promise<QueueStatistics[]> {
    const queues = await this.management.get<StatisticsOfApi[]>(
      `/queues/${encodeURIComponent(this.vhost)}?columns=name,messages,consumers,messages_delayed`,
    );
    return queues.map(({ name, messages, consumers, messages_delayed = 0 }) => ({
      name,
      ...(messages !== undefined && { consumers, returning: messages_delayed }),
    }));
  }

  async members(pod?: string, timeoutSeconds?: number): Promise<MemberState[]> {
    const columns =
      "name,running,applications,mem_used,mem_limit,mem_alarm,disk_free,disk_free_limit,disk_free_alarm";
    const path = `/nodes?columns=${columns}`;
    const nodes = await (pod === undefined
      ? this.management.get<NodeOfApi[]>(path, timeoutSeconds)
      : this.management.getFrom<NodeOfApi[]>(pod, path, timeoutSeconds));
    return nodes.map((node) => ({
      node: node.name,
      running: node.running,
      version: node.applications?.find(({ name }) => name === "rabbit")?.version,
      alarms: [
        ...(node.mem_alarm ? ["memory" as const] : []),
        ...(node.disk_free_alarm ? ["disk" as const] : []),
      ],
      memory: levelOf(node.mem_used, node.mem_limit),
      disk: levelOf(node.disk_free, node.disk_free_limit),
    }));
  }

  async makeLeader(queue: string, broker: Broker): Promise<void> {
    if ((await this.queue(queue)).leader === broker.node) return;
    // `rabbitmq-queues rebalance` cannot move the leader of one queue to a given node.
    const resource = `rabbit_misc:r(<<"${this.vhost}">>, queue, <<"${queue}">>)`;
    const script = `{ok, Q} = rabbit_amqqueue:lookup(${resource}), rabbit_quorum_queue:transfer_leadership(Q, '${broker.node}').`;
    const output = await this.exec(broker, "rabbitmqctl", "--quiet", "eval", script);
    if (!output.includes("{ok,"))
      throw new Error(`${broker.node} did not become leader of ${queue}: ${output.trim()}`);
  }
}

/** A queue in the management API. The counts come from statistics, which are up to 5 s old. */
interface QueueOfApi {
  readonly name: string;
  readonly leader?: string;
  readonly members?: string[];
  readonly online?: string[];
  readonly messages?: number;
  readonly messages_unacknowledged?: number;
  readonly consumers?: number;
}

interface StatisticsOfApi {
  readonly name: string;
  readonly messages?: number;
  readonly consumers?: number;
  /** Missing in versions that do not delay deliveries. */
  readonly messages_delayed?: number;
}

interface NodeOfApi {
  readonly name: string;
  readonly running: boolean;
  /** The rest is missing while the node does not run. */
  readonly applications?: readonly { readonly name: string; readonly version: string }[];
  readonly mem_used?: number;
  readonly mem_limit?: number;
  readonly mem_alarm?: boolean;
  readonly disk_free?: number;
  readonly disk_free_limit?: number;
  readonly disk_free_alarm?: boolean;
}

const levelOf = (bytes: number | undefined, limit: number | undefined): Level | undefined =>
  bytes === undefined || limit === undefined ? undefined : { bytes, limit };

const countsOf = (queue: QueueOfApi): QueueCounts => ({
  name: queue.name,
  leader: queue.leader ?? "",
  members: queue.members ?? [],
  online: queue.online ?? [],
  messages: queue.messages ?? 0,
  unacknowledged: queue.messages_unacknowledged ?? 0,
});

const stateOf = (queue: QueueOfApi): QueueState => {
  const { name, leader, members, online } = countsOf(queue);
  const { messages, messages_unacknowledged: unacknowledged, consumers } = queue;
  // A new leader has not counted anything yet, so what else the API says are not its counts.
  const counts = messages === undefined ? {} : { messages, unacknowledged: unacknowledged ?? 0, consumers };
  return { name, leader, members, online, ...counts };
};

const ordinalOf = (pod: V1Pod): number => Number(/\d+$/.exec(nameOf(pod))?.[0] ?? -1);
