import { groups } from "d3-array";
import { shorten } from "../shorten";
import { newTable } from "../table";
import type { QueueDetails } from "./details";
import type { PeekedTask } from "./peek";
import { type Queues, type Rates, UNREAD } from "./read";

const ARGUMENTS = 40;
const UNKNOWN = "unknown";
const MEASURE = "--over 20s";

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
      ...rateCells(queue),
    ]);
  return [table.toString(), ...rateLines(queues), `delayed tasks: ${delayed}`].join("\n");
}

const speed = (perSecond: number | undefined): string => perSecond?.toFixed(1) ?? "-";

/** What goes into a queue per second, and out of it. */
export const rateCells = ({ rates }: Rates): [string, string] => [speed(rates?.in), speed(rates?.out)];

/** How the rates were measured, why queues grow, and why other rates are unknown. A queue without workers needs no reason. */
export function rateLines(queues: readonly (Rates & { readonly name: string })[]): string[] {
  const known = queues.flatMap(({ rates }) => rates ?? []);
  const seconds = Math.round(Math.max(...known.map((rates) => rates.seconds)));
  const reasons = groups(
    queues.filter(({ ratesUnknown = UNREAD }) => ratesUnknown !== UNREAD),
    ({ ratesUnknown }) => ratesUnknown,
  );
  const hint = known.some((rates) => rates.in === undefined) ? `; for in/s: ${MEASURE}` : "";
  return [
    ...(known.length > 0 ? [`rates: over ${seconds} s, from the metrics of the workers${hint}`] : []),
    ...queues.flatMap(({ name, growsBecause }) =>
      growsBecause === undefined ? [] : [`queue ${name} grows: ${growsBecause}`],
    ),
    ...reasons.map(
      ([reason, unknown]) => `no rates of ${unknown.map(({ name }) => name).join(", ")}: ${reason}`,
    ),
  ];
}

export function formatQueue(queue: QueueDetails): string {
  const rows: [string, string | number][] = [
    ["queue", `${queue.name} (${queue.state})`],
    ["ready", queue.ready ?? UNKNOWN],
    ["unacknowledged", queue.unacknowledged ?? UNKNOWN],
    ["returning", queue.returning ?? UNKNOWN],
    ["bytes", queue.bytes ?? UNKNOWN],
    ["per second", ratesIn(queue)],
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

function ratesIn({ rates, ratesUnknown, growsBecause }: Rates): string {
  if (!rates) return `unknown: ${ratesUnknown}`;
  const time = `over ${Math.round(rates.seconds)} s`;
  if (rates.in === undefined) return `${speed(rates.out)} out, ${time}; for what goes in: ${MEASURE}`;
  const why = growsBecause === undefined ? "" : `; it grows: ${growsBecause}`;
  return `${speed(rates.in)} in, ${speed(rates.out)} out, ${time}${why}`;
}

export function formatTasks(tasks: readonly PeekedTask[]): string {
  if (tasks.length === 0) return "no task waits in the queue";
  const table = newTable({ head: ["id", "task", "arguments", "deliveries", "bytes"] });
  for (const { id = "none", task = UNKNOWN, args = "", kwargs = "{}", deliveries, bytes } of tasks)
    table.push([
      id,
      task,
      shorten(kwargs === "{}" ? args : `${args} ${kwargs}`, ARGUMENTS),
      deliveries,
      bytes,
    ]);
  return table.toString();
}
