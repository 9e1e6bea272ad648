import { memoryWatermark, walSize } from "../../components/rabbitMqCluster/resolve";
import type { Values } from "./figures";
import { GIB, leastOf, MB, memoryQuantity, MIB, rounded, upTo } from "./units";
import type { Wish } from "./wish";

/** What each of three broker nodes gets. */
export interface BrokerSize {
  readonly cpus: number;
  readonly memoryMib: number;
  readonly storageGib: number;
}

/** What each of three broker nodes needs. */
export interface BrokerNeed {
  readonly cpus: number;
  /** Memory that the tasks and clients need; 60 % of the node's memory must hold it. */
  readonly memoryMib: number;
  /** Volume for the tasks, for what must stay free, and for the throughput. */
  readonly storageGib: number;
}

const CPUS = [0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 8];
const MEMORY_MIB = [512, 1024, 2048, 3072, 4096, 6144, 8192, 12_288, 16_384];
/** Above, a lost disk takes hours to be copied again. */
const MOST_STORAGE_GIB = 2000;

/** Number of queues for the load: each has one leader, which is one process. */
export function queuesFor({ tasksPerSecond, headroom, backlog }: Wish, values: Values): number {
  const byRate = (tasksPerSecond * headroom) / values.queueRate;
  return Math.max(1, rounded(byRate), rounded(backlog / values.queueBacklog));
}

/** CPUs of the busiest broker node. */
export function brokerCpus({ tasksPerSecond, headroom, payload }: Wish, values: Values): number {
  const perTask = values.publishCpu + values.executeCpu + (payload / MB) * values.byteCpu;
  const all = (tasksPerSecond * headroom * perTask * values.tlsCpu) / 1000;
  return values.restCpu / 1000 + all * values.leaderShare;
}

/** Memory below the watermark, for a size of memory, in MiB. */
export function brokerMemory(
  wish: Wish,
  clients: Clients,
  queues: number,
  memoryMib: number,
  values: Values,
): number {
  const wal = walSize(memoryQuantity(memoryMib)) / MIB;
  const connections = (clients.connections * values.connectionMemory) / 1000;
  const inFlight = (clients.payloadsInFlight * wish.payload * values.inFlightCopies) / MIB;
  return (
    values.brokerMemory +
    values.walFiles * wal +
    (wish.backlog * values.taskMemory) / MIB +
    connections +
    (queues * values.queueMemory) / 1000 +
    inFlight
  );
}

/** Connections of publishers and workers to one node, if it has them all. */
export interface Clients {
  readonly connections: number;
  /** Payloads that are being published or delivered at the same time. */
  readonly payloadsInFlight: number;
}

/** Volume in GiB, for a size of memory. */
export function brokerStorage(wish: Wish, queues: number, memoryMib: number, values: Values): number {
  const quantity = memoryQuantity(memoryMib);
  const free = memoryWatermark(quantity) * MIB;
  const perTask = wish.payload + Math.min(wish.payload, values.reprDisk) + values.taskDisk;
  const tasks = (wish.backlog * perTask) / values.diskFill;
  const logs = values.walFiles * walSize(quantity) + queues * values.queueDisk * MB;
  const written = (wish.tasksPerSecond * wish.headroom * perTask * values.writes) / MIB;
  // The component refuses a volume of less than twice what must stay free.
  return Math.max((free + Math.max(free, tasks + logs)) / GIB, written / values.ssdThroughput);
}

/** Size of a broker node; undefined with the name of the resource that no size satisfies. */
export function brokersFor(
  wish: Wish,
  clients: Clients,
  queues: number,
  values: Values,
): BrokerSize | "cpu" | "memory" | "storage" {
  const needed = brokerCpus(wish, values);
  const cpus = leastOf(CPUS, (size) => size >= needed);
  if (cpus === undefined) return "cpu";
  const memoryMib = leastOf(
    MEMORY_MIB,
    (size) => brokerMemory(wish, clients, queues, size, values) <= memoryWatermark(memoryQuantity(size)),
  );
  if (memoryMib === undefined) return "memory";
  const storage = brokerStorage(wish, queues, memoryMib, values);
  const storageGib = upTo(storage, storage <= 10 ? 1 : storage <= 100 ? 5 : 50);
  return storageGib > MOST_STORAGE_GIB ? "storage" : { cpus, memoryMib, storageGib };
}
