import type { V1Pod } from "@kubernetes/client-node";
import { type Brokers, podOf } from "../cluster/brokers";
import { nameOf } from "../cluster/objects";
import type { Rates } from "./read";

/** One queue, as `ha-celery queues show --json` prints it. Counts are undefined until its leader has reported them. */
export interface QueueDetails extends Rates {
  readonly name: string;
  readonly state: string;
  readonly ready?: number;
  readonly unacknowledged?: number;
  readonly returning?: number;
  /** Bytes of the bodies of all tasks. */
  readonly bytes?: number;
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
  const podAt = (address = "unknown") => {
    const pod = pods.find(({ status }) => status?.podIP === address);
    return pod ? nameOf(pod) : address;
  };
  return {
    name: queue.name,
    state: queue.state ?? "unknown",
    ready: queue.messages_ready,
    unacknowledged: queue.messages_unacknowledged,
    returning: queue.messages_ready === undefined ? undefined : (queue.messages_delayed ?? 0),
    bytes: queue.message_bytes,
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
