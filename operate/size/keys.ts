import { cpuQuantity, memoryQuantity } from "./units";
import type { Plan } from "./plan";

/** Fields of a `workerPools` entry that depend on the load. */
export interface PoolKeys {
  readonly name: string;
  readonly queues?: readonly string[];
  readonly replicas: number;
  readonly concurrency: number;
  readonly prefetch?: number;
  readonly longestTaskSeconds: number;
  readonly cpu: string;
  readonly memory: string;
}

/** Configuration keys of a stack that depend on the load. */
export interface Keys {
  readonly location: string;
  readonly machineType: string;
  readonly nodes: number;
  readonly brokerCpu: string;
  readonly brokerMemory: string;
  readonly brokerStorage: string;
  readonly brokerStorageClass: string;
  readonly workerPools: readonly PoolKeys[];
}

/** Region of the prices. */
export const LOCATION = "us-east1";

/** Keys of each installation. */
export function keysOf({ wish, queues, brokers, workers, machines }: Plan): Keys {
  const pool = {
    replicas: workers.replicas,
    concurrency: workers.concurrency,
    ...(workers.prefetch !== undefined && { prefetch: workers.prefetch }),
    longestTaskSeconds: wish.longestTaskSeconds,
    cpu: cpuQuantity(workers.cpus),
    memory: memoryQuantity(workers.memoryMib),
  };
  return {
    location: LOCATION,
    machineType: machines.machineType,
    nodes: machines.nodes,
    brokerCpu: cpuQuantity(brokers.cpus),
    brokerMemory: memoryQuantity(brokers.memoryMib),
    brokerStorage: `${brokers.storageGib}Gi`,
    brokerStorageClass: "ssd",
    workerPools:
      queues === 1
        ? [{ name: "default", ...pool }]
        : shards(queues).map((queue) => ({ name: queue, queues: [queue], ...pool })),
  };
}

/** Queues that share the load of one. */
const shards = (count: number): string[] => Array.from({ length: count }, (_, index) => `tasks-${index}`);
