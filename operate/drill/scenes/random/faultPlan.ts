/** Faults that can be combined, by what they use: two of the same group would undo each other. */
export const FAULT_GROUPS = [
  ["partition", "partition-all", "dns-off"],
  ["freeze"],
  ["broker-kill", "pod-delete", "worker-kill", "worker-kill-pod", "producer-kill"],
] as const;
export type FaultName = (typeof FAULT_GROUPS)[number][number];

export interface PlannedFault {
  readonly name: FaultName;
  /** Ordinal of the broker that it hits, if it hits one. */
  readonly broker: number;
}

/** Faults that are in effect at the same time. */
export interface PlannedStep {
  /** Seconds since the previous step was undone. The installation need not be healthy again. */
  readonly pauseSeconds: number;
  readonly holdSeconds: number;
  readonly faults: readonly PlannedFault[];
}

const PAUSE_SECONDS = { from: 0, to: 20 };
const HOLD_SECONDS = { from: 5, to: 30 };
/** Probability that a step has a second fault. */
const SECOND_FAULT = 0.5;

/** Returns the steps that fit into a time. The same arguments give the same steps. */
export function planFaults(seed: number, seconds: number, brokers: number): PlannedStep[] {
  const random = new Random(seed);
  const steps: PlannedStep[] = [];
  for (let left = seconds; ;) {
    const step = nextStep(random, brokers);
    left -= step.pauseSeconds + step.holdSeconds;
    if (left < 0) return steps;
    steps.push(step);
  }
}

function nextStep(random: Random, brokers: number): PlannedStep {
  const groups = random.shuffled<readonly FaultName[]>(FAULT_GROUPS);
  const count = random.next() < SECOND_FAULT ? 2 : 1;
  return {
    pauseSeconds: random.integer(PAUSE_SECONDS.from, PAUSE_SECONDS.to),
    holdSeconds: random.integer(HOLD_SECONDS.from, HOLD_SECONDS.to),
    faults: groups.slice(0, count).map((group) => ({
      name: random.oneOf(group),
      broker: random.integer(0, brokers - 1),
    })),
  };
}

/** Mulberry32, because the generator of the language has no seed. */
class Random {
  constructor(private state: number) {}

  /** Returns a number from 0 to 1, exclusive. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  integer(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  oneOf<T>(items: readonly T[]): T {
    return items[this.integer(0, items.length - 1)] as T;
  }

  shuffled<T>(items: readonly T[]): T[] {
    return items
      .map((item) => ({ item, key: this.next() }))
      .sort((one, other) => one.key - other.key)
      .map(({ item }) => item);
  }
}
