import { UsageError } from "../errors";
import { brokerCpus, brokerMemory, type BrokerSize, brokersFor, type Clients, queuesFor } from "./brokers";
import { type Costs, costsOf, totalOf } from "./costs";
import { LEAST, VALUES } from "./figures";
import { type MachineSize, machinesFor } from "./machines";
import { DOLLARS } from "./prices";
import { type GivenWish, resolveWish, type Wish } from "./wish";
import { podsFor, workerCpus, type WorkerSize, workersFor } from "./workers";

/** A need that is computed with the least and with the planned figures. */
export type Range = readonly [least: number, planned: number];

/** Sizes of one installation, or of each of several. */
export interface Plan {
  readonly wish: Wish;
  /** Installations that share the load evenly. */
  readonly installations: number;
  readonly queues: number;
  readonly brokers: BrokerSize;
  readonly workers: WorkerSize;
  readonly machines: MachineSize;
  readonly needs: Needs;
  /** US dollars a month of one installation in a cluster of its own, by what they are for. */
  readonly costs: Costs;
  /** US dollars a month of all installations. */
  readonly dollarsAMonth: number;
}

/** What the sizes are rounded up from. */
export interface Needs {
  /** CPUs of the busiest broker node. */
  readonly brokerCpus: Range;
  /** Memory of a broker node without the 40 % above the watermark, in MiB. */
  readonly brokerMemoryMib: Range;
  /** CPUs of all worker pods. */
  readonly workerCpus: Range;
  /** Seconds until the workers have executed a full backlog while tasks arrive at the full rate; undefined without
   * headroom. */
  readonly drainSeconds: number | undefined;
}

type Sizes = Pick<Plan, "queues" | "brokers" | "workers" | "machines">;
type Limit = "queues" | "cpu" | "memory" | "storage" | "workers" | "machines";

const MOST_INSTALLATIONS = 10;
/** More clients than that were never tested together; see bench/storm. */
const MOST_PODS = 300;
const MOST_QUEUES = 100;
/** Connections of a worker: one to consume, one to publish. */
const WORKER_CONNECTIONS = 2;

const LIMITS: Readonly<Record<Limit, string>> = {
  queues: `more than ${MOST_QUEUES} queues`,
  cpu: "brokers of more than 8 CPUs",
  memory: "brokers with more than 16 GiB of memory",
  storage: "volumes of more than 2,000 GiB",
  workers: `more than ${MOST_PODS} worker pods`,
  machines: "more than 60 nodes",
};
/** The remaining keys of prod that cost something. */
const AS_PROD = {
  spot: false,
  diskGb: 50,
  brokerReplicas: 3,
  brokerStorageClass: "ssd",
  ledger: false,
  imageScanning: true,
  encryption: "disks",
  flowLogs: true,
  clusterMetrics: [],
};

/** Sizes for a load. Refuses one that ten installations cannot carry, with the nearest that they can. */
export function planFor(given: GivenWish): Plan {
  const found = fewestInstallations(resolveWish(given));
  if (typeof found === "string") throw new UsageError(refusal(given, found));
  return found;
}

function fewestInstallations(wish: Wish): Plan | Limit {
  let limit: Limit = "cpu";
  for (let installations = 1; installations <= MOST_INSTALLATIONS; installations += 1) {
    const share = shareOf(wish, installations);
    const sizes = sizesFor(share);
    if (typeof sizes !== "string") return planOf(wish, share, installations, sizes);
    limit = sizes;
  }
  return limit;
}

const shareOf = (wish: Wish, installations: number): Wish => ({
  ...wish,
  tasksPerSecond: wish.tasksPerSecond / installations,
  backlog: Math.ceil(wish.backlog / installations),
  publishers: Math.ceil(wish.publishers / installations),
});

/** Sizes of one installation, or the first limit that it exceeds. */
function sizesFor(wish: Wish): Sizes | Limit {
  const queues = queuesFor(wish, VALUES);
  if (queues > MOST_QUEUES) return "queues";
  const workers = workersFor(wish, queues, VALUES);
  if (workers.pools * workers.replicas > MOST_PODS) return "workers";
  const brokers = brokersFor(wish, clientsOf(wish, workers), queues, VALUES);
  if (typeof brokers === "string") return brokers;
  const machines = machinesFor(brokers, workers, VALUES);
  return machines ? { queues, brokers, workers, machines } : "machines";
}

function clientsOf({ publishers }: Wish, { pools, replicas }: WorkerSize): Clients {
  const pods = pools * replicas;
  return { connections: publishers + WORKER_CONNECTIONS * pods, payloadsInFlight: publishers + pods };
}

function planOf(wish: Wish, share: Wish, installations: number, sizes: Sizes): Plan {
  const { queues, brokers, workers, machines } = sizes;
  const clients = clientsOf(share, workers);
  const memory = (values: typeof VALUES) =>
    Math.round(brokerMemory(share, clients, queues, brokers.memoryMib, values));
  const stack = { ...AS_PROD, ...machines, brokerStorage: `${brokers.storageGib}Gi` };
  const costs = costsOf(stack, DOLLARS);
  const spare = rateOf(share, workers) - share.tasksPerSecond;
  return {
    wish,
    installations,
    ...sizes,
    needs: {
      brokerCpus: [brokerCpus(share, LEAST), brokerCpus(share, VALUES)],
      brokerMemoryMib: [memory(LEAST), memory(VALUES)],
      workerCpus: [workerCpus(share, LEAST), workerCpus(share, VALUES)],
      drainSeconds: spare > 0 ? Math.round(share.backlog / spare) : undefined,
    },
    costs,
    dollarsAMonth: Math.round(installations * totalOf(costs)),
  };
}

/** Tasks per second of all pods, which may be more than the load needs. */
function rateOf(wish: Wish, { pools, replicas }: WorkerSize): number {
  const needed = podsFor({ ...wish, tasksPerSecond: 1000, headroom: 1 }, VALUES) / 1000;
  return Math.max(wish.tasksPerSecond * wish.headroom, (pools * replicas) / needed);
}

function refusal(given: GivenWish, limit: Limit): string {
  const first: Field = BY_BACKLOG.includes(limit) ? "backlog" : "tasksPerSecond";
  const fields: Field[] = first === "backlog" ? ["backlog", "tasksPerSecond"] : ["tasksPerSecond", "backlog"];
  const nearest = fields
    .map((field) => ({ field, value: nearestOf(given, field) }))
    .find(({ value }) => value > 0);
  const advice = nearest
    ? `The nearest possible: ${OPTION_OF[nearest.field]} ${nearest.value}`
    : "Reduce --payload or --task-seconds";
  return `${MOST_INSTALLATIONS} installations would each need ${LIMITS[limit]}, and nothing of that size was ever tested. ${advice}`;
}

/** Limits that a backlog reaches before a rate does. */
const BY_BACKLOG: readonly Limit[] = ["queues", "memory", "storage"];
type Field = keyof typeof OPTION_OF;
const OPTION_OF = { backlog: "--backlog", tasksPerSecond: "--tasks-per-second" } as const;

/** The largest value with two digits that is possible while the other options stay; 0 if none is. */
function nearestOf(given: GivenWish, field: Field): number {
  let [possible, impossible] = [0, given[field] ?? 0];
  while (impossible > LEAST_NEAREST && impossible - possible > impossible / 1000) {
    const middle = (possible + impossible) / 2;
    if (typeof fewestInstallations(resolveWish({ ...given, [field]: middle })) === "string")
      impossible = middle;
    else possible = middle;
  }
  const digits = Math.floor(Math.log10(Math.max(LEAST_NEAREST, possible))) - 1;
  return Number((Math.floor(possible / 10 ** digits) * 10 ** digits).toPrecision(2));
}

/** One task in eleven days. */
const LEAST_NEAREST = 1e-6;
