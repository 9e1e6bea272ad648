import type { V1Pod } from "@kubernetes/client-node";
import type {
  Broker,
  Brokers,
  MemberState,
  QueueCounts,
  QueueState,
  QueueStatistics,
} from "../../../operate/cluster/brokers";
import type { Cluster } from "../../../operate/cluster/cluster";
import type { ManagementApi } from "../../../operate/cluster/management";
import { isReady, nameOf } from "../../../operate/cluster/objects";
import { QUEUE, REPLICAS } from "../workers";
import { NAMESPACE, REDIS } from "./manifests";

/** Hash with the tasks that workers have taken and not yet acknowledged. */
const UNACKNOWLEDGED = "unacked";
const EXEC_SECONDS = 5;

/** What a Redis node says about its replication. */
export interface Replication {
  readonly pod: string;
  readonly role: "master" | "slave";
  /** Pods of the replicas that receive the master's writes. */
  readonly online: readonly string[];
}

/** Redis nodes as the brokers of a drill: the master leads every queue, and the replicas are its other members. */
export class RedisBrokers implements Brokers {
  readonly namespace = NAMESPACE;
  readonly name = REDIS;
  readonly vhost = "0";
  readonly replicas = REPLICAS;
  readonly management: ManagementApi = { get: noManagement, getFrom: noManagement };

  constructor(private readonly cluster: Cluster) {}

  async pods(): Promise<V1Pod[]> {
    const pods = await this.cluster.pods(NAMESPACE, `app=${REDIS}`);
    return pods.sort((one, other) => nameOf(one).localeCompare(nameOf(other)));
  }

  async list(): Promise<Broker[]> {
    return (await this.pods()).map((pod) => ({
      node: nodeOf(nameOf(pod)),
      ordinal: Number(nameOf(pod).split("-").at(-1)),
      pod: nameOf(pod),
      kubernetesNode: pod.spec?.nodeName ?? "",
      ip: pod.status?.podIP ?? "",
      uid: pod.metadata?.uid ?? "",
    }));
  }

  exec({ pod }: Pick<Broker, "pod">, ...command: string[]): Promise<string> {
    const container = { namespace: NAMESPACE, pod, container: REDIS, timeoutSeconds: EXEC_SECONDS };
    return this.cluster.exec(container, ...command);
  }

  async queue(name: string): Promise<QueueState> {
    const { counts, master } = await this.read(name);
    const clients = await this.exec({ pod: master }, "redis-cli", "--raw", "client", "list");
    // A worker that waits for tasks.
    return { ...counts, consumers: clients.split("\n").filter((line) => / cmd=brpop /.test(line)).length };
  }

  async queues(): Promise<QueueCounts[]> {
    return [(await this.read(QUEUE)).counts];
  }

  statistics(): Promise<QueueStatistics[]> {
    return Promise.resolve([]);
  }

  async members(): Promise<MemberState[]> {
    const running = (await this.replication()).map(({ pod }) => pod);
    return (await this.pods()).map((pod) => ({
      node: nodeOf(nameOf(pod)),
      running: running.includes(nameOf(pod)),
      alarms: [],
    }));
  }

  /** Only checks the leader, because a drill chooses the leader as its victim. */
  async makeLeader(queue: string, { node }: Broker): Promise<void> {
    const { leader } = await this.queue(queue);
    if (leader !== node) throw new Error(`${leader} is the master, not ${node}. Sentinel chooses the master`);
  }

  private async read(name: string): Promise<{ counts: QueueCounts; master: string }> {
    const { pod: master, online } = masterOf(await this.replication());
    const numbers = await this.exec(
      { pod: master },
      "sh",
      "-c",
      `redis-cli --raw llen ${name}; redis-cli --raw hlen ${UNACKNOWLEDGED}`,
    );
    const [waiting = 0, taken = 0] = numbers.trim().split("\n").map(Number);
    // Every queue has its own list, but all share the hash.
    const unacknowledged = name === QUEUE ? taken : 0;
    const counts = {
      name,
      leader: nodeOf(master),
      members: (await this.pods()).map((pod) => nodeOf(nameOf(pod))),
      online: [master, ...online].map(nodeOf),
      messages: waiting + unacknowledged,
      unacknowledged,
    };
    return { counts, master };
  }

  private async replication(): Promise<Replication[]> {
    const pods = (await this.pods()).filter(isReady).map(nameOf);
    const answers = await Promise.all(
      pods.map(async (pod) => {
        const info = await this.exec({ pod }, "redis-cli", "--raw", "info", "replication").catch(() => "");
        return info === "" ? [] : [replicationOf(pod, info)];
      }),
    );
    return answers.flat();
  }
}

const nodeOf = (pod: string): string => `redis@${pod}`;

const noManagement = (): Promise<never> => Promise.reject(new Error("Redis has no management API"));

/** Reads the output of `INFO replication`. Replicas announce the name of their pod. */
export function replicationOf(pod: string, info: string): Replication {
  const role = /^role:(\w+)/m.exec(info)?.[1] === "master" ? "master" : "slave";
  const online = [...info.matchAll(/^slave\d+:ip=([^.,]+)[^,]*,.*state=online/gm)].map(
    ([, name]) => name ?? "",
  );
  return { pod, role, online };
}

/** Fails while there is none, or while two nodes are masters, as during a partition. */
export function masterOf(nodes: readonly Replication[]): Replication {
  const [master, second] = nodes.filter(({ role }) => role === "master");
  if (!master) throw new Error("no Redis node is the master");
  if (second) throw new Error(`${master.pod} and ${second.pod} are both masters`);
  return master;
}
