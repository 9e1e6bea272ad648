import type { BrokerSize } from "./brokers";
import type { Values } from "./figures";
import { DOLLARS } from "./prices";
import type { WorkerSize } from "./workers";

/** Nodes of the main pool of a GKE cluster. */
export interface MachineSize {
  readonly machineType: string;
  readonly nodes: number;
}

const BROKERS = 3;
const ZONES = 3;
/** CPUs of the types that have a price, with 4 GiB for each. */
const E2_STANDARD = [2, 4, 8, 16];
const MOST_NODES = 60;

/** CPUs and GiB that GKE leaves for pods, by the rule of its page "Plan GKE Standard node sizes". */
export function allocatable(cpus: number): { cpus: number; gib: number } {
  const gib = 4 * cpus;
  const part = (of: number, from: number, to: number) => Math.max(0, Math.min(of, to) - from);
  const reservedCpus =
    0.06 * part(cpus, 0, 1) +
    0.01 * part(cpus, 1, 2) +
    0.005 * part(cpus, 2, 4) +
    0.0025 * part(cpus, 4, Infinity);
  const reservedGib =
    0.25 * part(gib, 0, 4) + 0.2 * part(gib, 4, 8) + 0.1 * part(gib, 8, 16) + 0.06 * part(gib, 16, 128);
  const evictionGib = 100 / 1024;
  return { cpus: cpus - reservedCpus, gib: gib - reservedGib - evictionGib };
}

/** Cheapest nodes in three zones that hold all pods; undefined if there are too many. */
export function machinesFor(
  brokers: BrokerSize,
  workers: WorkerSize,
  values: Values,
): MachineSize | undefined {
  const candidates = E2_STANDARD.flatMap((cpus) => {
    const nodes = leastNodes(cpus, brokers, workers, values);
    const machineType = `e2-standard-${cpus}`;
    return nodes === undefined ? [] : [{ machineType, nodes, dollars: nodes * (DOLLARS[machineType] ?? 0) }];
  });
  const [cheapest] = candidates.sort((one, other) => one.dollars - other.dollars || one.nodes - other.nodes);
  return cheapest && { machineType: cheapest.machineType, nodes: cheapest.nodes };
}

function leastNodes(
  cpus: number,
  brokers: BrokerSize,
  workers: WorkerSize,
  values: Values,
): number | undefined {
  const free = allocatable(cpus);
  for (let nodes = ZONES; nodes <= MOST_NODES; nodes += ZONES) {
    if (fits(free, nodes, brokers, workers, values)) return nodes;
  }
  return undefined;
}

/** Whether the workers' pods fit beside three brokers, counted pod by pod. */
function fits(
  free: { cpus: number; gib: number },
  nodes: number,
  brokers: BrokerSize,
  workers: WorkerSize,
  values: Values,
): boolean {
  const room = (broker: boolean) =>
    Math.min(
      (free.cpus - values.nodeCpu - (broker ? brokers.cpus : 0)) / workers.cpus,
      (free.gib - values.nodeMemory - (broker ? brokers.memoryMib / 1024 : 0)) / (workers.memoryMib / 1024),
    );
  const withBroker = Math.floor(room(true));
  if (withBroker < 0) return false;
  const places = BROKERS * withBroker + (nodes - BROKERS) * Math.max(0, Math.floor(room(false)));
  return places >= workers.pools * workers.replicas;
}
