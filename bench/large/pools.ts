/** A large installation: many pools of one slot, which share many queues. */
export const POOLS = 30;
export const QUEUES = 50;

/** A worker pool in the stack's configuration. */
export interface PoolConfig {
  readonly name: string;
  readonly queues: readonly string[];
  readonly concurrency: number;
  readonly replicas: number;
  readonly longestTaskSeconds: number;
  readonly cpu: string;
  readonly memory: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Pools of one worker with one slot each, and the queues divided among them. */
export const manyPools = (pools: number, queues: number): PoolConfig[] =>
  Array.from({ length: pools }, (_, pool) => ({
    name: `pool-${pool}`,
    queues: Array.from({ length: queues }, (_, queue) => `queue-${queue}`).filter(
      (_, queue) => queue % pools === pool,
    ),
    concurrency: 1,
    replicas: 1,
    longestTaskSeconds: 60,
    cpu: "10m",
    memory: "256Mi",
    env: { COUNT_PAUSE_SECONDS: "0" },
  }));
