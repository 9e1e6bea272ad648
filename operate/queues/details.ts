import type { V1Pod } from "@kubernetes/client-node";
import { type Brokers, podOf } from "../cluster/brokers";
import { nameOf } from "../cluster/objects";

/** One queue, as `ha-celery queues show --json` prints it. */
export interface QueueDetails {
  readonly name: string;
  readonly state: string;
  readonly ready: number;
  readonly unacknowledged: number;
  readonly returning: number;
  /** Bytes of the bodies of all tasks. */
  readonly bytes: number;
  /** Per second. */
  readonly rates: { readonly published: number; readonly delivered: number; readonly acknowledged: number };
  readonly leader: string;
  readonly copies: readonly { readonly pod: string; readonly online: boolean }[];
  readonly policy: string;
  readonly deliveryLimit: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly consumers: readonly {
    /** Pod, or the address if it is not one of this namespace. */
    readonly from: string;
    readonly prefetch: number;
    readonly active: boolean;
  }[];
}

interface QueueOfApi {
  readonly name: string;
  readonly state?: string;
  readonly messages_ready?: number;
  readonly messages_unacknowledged?: number;
  readonly messages_delayed?: number;
  readonly message_bytes?: number;
  readonly message_stats?: Readonly<Record<string, { rate?: number } | number>>;
  readonly leader?: string;
  readonly members?: readonly string[];
  readonly online?: readonly string[];
  readonly policy?: string;
  readonly delivery_limit?: number | string;
  readonly arguments?: Readonly<Record<string, unknown>>;
  readonly consumer_details?: readonly ConsumerOfApi[];
}

interface ConsumerOfApi {
  readonly channel_details?: { readonly peer_host?: string };
  readonly prefetch_count?: number;
  readonly active?: boolean;
}

export async function readQueue(
  { management, vhost }: Pick<Brokers, "management" | "vhost">,
  name: string,
  pods: readonly V1Pod[],
): Promise<QueueDetails> {
  const queue = await management.get<QueueOfApi>(
    `/queues/${encodeURIComponent(vhost)}/${encodeURIComponent(name)}`,
  );
  return detailsOf(queue, pods);
}

export function detailsOf(queue: QueueOfApi, pods: readonly V1Pod[]): QueueDetails {
  const rate = (kind: string): number => {
    const details = queue.message_stats?.[`${kind}_details`];
    return typeof details === "object" ? (details.rate ?? 0) : 0;
  };
  const podAt = (address = "unknown") => {
    const pod = pods.find(({ status }) => status?.podIP === address);
    return pod ? nameOf(pod) : address;
  };
  return {
    name: queue.name,
    state: queue.state ?? "unknown",
    ready: queue.messages_ready ?? 0,
    unacknowledged: queue.messages_unacknowledged ?? 0,
    returning: queue.messages_delayed ?? 0,
    bytes: queue.message_bytes ?? 0,
    rates: { published: rate("publish"), delivered: rate("deliver_get"), acknowledged: rate("ack") },
    leader: podOf(queue.leader ?? ""),
    copies: (queue.members ?? []).map((member) => ({
      pod: podOf(member),
      online: queue.online?.includes(member) ?? false,
    })),
    policy: queue.policy ?? "none",
    deliveryLimit: String(queue.delivery_limit ?? "unknown"),
    arguments: queue.arguments ?? {},
    consumers: (queue.consumer_details ?? []).map(
      ({ channel_details, prefetch_count = 0, active = true }) => ({
        from: podAt(channel_details?.peer_host),
        prefetch: prefetch_count,
        active,
      }),
    ),
  };
}
