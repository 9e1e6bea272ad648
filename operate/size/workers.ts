import type { Values } from "./figures";
import { MB, MIB, rounded, upTo } from "./units";
import type { Wish } from "./wish";

/** Worker pools of one installation, all alike: one for each queue. */
export interface WorkerSize {
  readonly pools: number;
  /** Pods of each pool. */
  readonly replicas: number;
  readonly concurrency: number;
  /** Undefined for prefetching by the duration of tasks. */
  readonly prefetch: number | undefined;
  readonly cpus: number;
  readonly memoryMib: number;
}

/** One pod may be lost while the others continue, on the other nodes. */
const LEAST_PODS = 3;
/** From here on, each process holds one task, because of the memory. */
const LARGE = { payload: MB, prefetch: 1 };
/** Tasks that a slot holds of small ones, for which the memory does not matter. */
const PREFETCH = 4;
const LEAST_CPUS = 0.1;
const CPU_STEP = 0.05;
const MEMORY_STEP = 128;
/** A pod that exceeds its memory is killed. */
const MEMORY_MARGIN = 1.25;

/** Seconds of CPU that a task costs a worker besides its own. */
const overhead = ({ payload }: Wish, values: Values): number =>
  (values.mainCpu + values.slotCpu + (payload / MB) * values.workerByteCpu) / 1000;

/** CPUs of all workers. */
export function workerCpus(wish: Wish, values: Values): number {
  const own = wish.taskSeconds * wish.cpuShare;
  return wish.tasksPerSecond * wish.headroom * (own + overhead(wish, values));
}

/** Pods for the rate: by their slots, and by their main process, which is one thread. */
export function podsFor(wish: Wish, values: Values): number {
  const rate = wish.tasksPerSecond * wish.headroom;
  const slots = rate * (wish.taskSeconds + values.slotCpu / 1000);
  const main = 1 / values.workerRate + ((wish.payload / MB) * values.workerByteCpu) / 1000;
  return Math.max(LEAST_PODS, rounded(slots / wish.concurrency), rounded(rate * main));
}

/** Pools of the same size, one for each queue. */
export function workersFor(wish: Wish, queues: number, values: Values): WorkerSize {
  const replicas = evenly(podsFor(wish, values), queues);
  const cpus = workerCpus(wish, values) / (replicas * queues);
  const prefetch = wish.payload >= LARGE.payload ? LARGE.prefetch : undefined;
  const inHand = (wish.concurrency * (prefetch ?? PREFETCH) * wish.payload * values.payloadCopies) / MIB;
  const process = values.slotMemory + wish.appMemory / MIB;
  const memory =
    (values.workerMemory + wish.appMemory / MIB + wish.concurrency * process + inHand) * MEMORY_MARGIN;
  return {
    pools: queues,
    replicas,
    concurrency: wish.concurrency,
    prefetch,
    cpus: Math.max(LEAST_CPUS, upTo(cpus, CPU_STEP)),
    memoryMib: upTo(memory, MEMORY_STEP),
  };
}

/** Pods of each of the pools. Grows pool by pool, so that one more pool never means fewer pods together. */
function evenly(pods: number, pools: number): number {
  let all = pods;
  for (let count = 1; count <= pools; count += 1) all = Math.max(LEAST_PODS * count, upTo(all, count));
  return all / pools;
}
