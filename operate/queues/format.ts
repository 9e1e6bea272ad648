import { newTable } from "../table";
import type { QueueDetails } from "./details";
import type { PeekedTask } from "./peek";
import type { Queues } from "./read";

const ARGUMENTS = 40;
const UNKNOWN = "unknown";

export function formatQueues({ queues, delayed }: Queues): string {
  const table = newTable({
    head: [
      "queue",
      "ready",
      "unacknowledged",
      "returning",
      "consumers",
      "copies online",
      "leader",
      "in/s",
      "out/s",
    ],
  });
  for (const queue of queues)
    table.push([
      queue.name,
      queue.ready,
      queue.unacknowledged,
      queue.returning ?? UNKNOWN,
      queue.consumers ?? UNKNOWN,
      `${queue.online} of ${queue.copies}`,
      queue.leader || "none",
      queue.published?.toFixed(1) ?? UNKNOWN,
      queue.delivered?.toFixed(1) ?? UNKNOWN,
    ]);
  return `${table.toString()}\ndelayed tasks: ${delayed}`;
}

export function formatQueue(queue: QueueDetails): string {
  const { rates } = queue;
  const rows: [string, string | number][] = [
    ["queue", `${queue.name} (${queue.state})`],
    ["ready", queue.ready],
    ["unacknowledged", queue.unacknowledged],
    ["returning", queue.returning],
    ["bytes", queue.bytes],
    [
      "per second",
      `${rates.published} published, ${rates.delivered} delivered, ${rates.acknowledged} acknowledged`,
    ],
    ["leader", queue.leader || "none"],
    ["copies", queue.copies.map(({ pod, online }) => (online ? pod : `${pod} (OFFLINE)`)).join(", ")],
    ["policy", queue.policy],
    ["delivery limit", queue.deliveryLimit],
    ["arguments", JSON.stringify(queue.arguments)],
    ...queue.consumers.map(({ from, prefetch, active }, at): [string, string] => [
      at === 0 ? "consumers" : "",
      `${from}, prefetch ${prefetch}${active ? "" : ", waits"}`,
    ]),
    ...(queue.consumers.length === 0 ? [["consumers", "none"] as [string, string]] : []),
  ];
  const width = Math.max(...rows.map(([label]) => label.length));
  return rows.map(([label, value]) => `${label.padEnd(width)}  ${value}`).join("\n");
}

export function formatTasks(tasks: readonly PeekedTask[]): string {
  if (tasks.length === 0) return "no task waits in the queue";
  const table = newTable({ head: ["id", "task", "arguments", "deliveries", "bytes"] });
  for (const { id = "none", task = UNKNOWN, args = "", kwargs = "{}", deliveries, bytes } of tasks)
    table.push([id, task, shorten(kwargs === "{}" ? args : `${args} ${kwargs}`), deliveries, bytes]);
  return table.toString();
}

const shorten = (text: string): string =>
  text.length > ARGUMENTS ? `${text.slice(0, ARGUMENTS - 1)}…` : text;
