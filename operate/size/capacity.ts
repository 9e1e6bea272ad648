import { MIB } from "./units";
import { parseQuantity } from "../../components/shared/quantity";
import { brokerCpus, brokerMemory, brokerStorage } from "./brokers";
import { VALUES } from "./figures";
import type { Wish } from "./wish";
import { memoryWatermark } from "../../components/rabbitMqCluster/resolve";

/** Keys of a stack that decide what its brokers carry. */
export interface SizedBrokers {
  readonly brokerCpu: string;
  readonly brokerMemory: string;
  readonly brokerStorage: string;
}

/** What brokers of a given size carry, with the figures and the headroom of `ha-celery size`. */
export interface Capacity {
  readonly tasksPerSecond: number;
  readonly backlog: number;
}

const CLIENTS = { connections: 40, payloadsInFlight: 20 };
const MOST = 100_000_000;

/** The largest rate, and the largest backlog at that rate, in one queue. */
export function capacityOf(brokers: SizedBrokers, wish: Omit<Wish, keyof Capacity>): Capacity {
  const cpus = parseQuantity(brokers.brokerCpu) ?? 0;
  const memoryMib = (parseQuantity(brokers.brokerMemory) ?? 0) / MIB;
  const storageGib = (parseQuantity(brokers.brokerStorage) ?? 0) / (1024 * MIB);
  const stores = (load: Wish) =>
    brokerMemory(load, CLIENTS, 1, memoryMib, VALUES) <= memoryWatermark(brokers.brokerMemory) &&
    brokerStorage(load, 1, memoryMib, VALUES) <= storageGib;
  const tasksPerSecond = largest((rate) => {
    const load = { ...wish, tasksPerSecond: rate, backlog: 0 };
    return rate * wish.headroom <= VALUES.queueRate && brokerCpus(load, VALUES) <= cpus && stores(load);
  });
  const backlog = largest(
    (tasks) => tasks <= VALUES.queueBacklog && stores({ ...wish, tasksPerSecond, backlog: tasks }),
  );
  return { tasksPerSecond, backlog };
}

/** The largest integer that is possible, rounded down to two digits. */
function largest(possible: (count: number) => boolean): number {
  let [least, most] = [0, MOST];
  while (most - least > 1) {
    const middle = Math.floor((least + most) / 2);
    if (possible(middle)) least = middle;
    else most = middle;
  }
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, least))) - 1);
  return Math.floor(least / step) * step;
}
