import { stringify } from "yaml";
import { newTable } from "../table";
import { type Keys, keysOf, LOCATION } from "./keys";
import type { Plan, Range } from "./plan";
import { bytes, cpuQuantity, memoryQuantity } from "./units";

/** The keys as part of a stack's file. */
export function yamlOf(keys: Keys): string {
  const config = Object.entries(keys).map(([key, value]) => [`ha-celery:${key}`, value] as const);
  return stringify({ config: Object.fromEntries(config) }, { lineWidth: 110 });
}

/** The plan for people. */
export function formatPlan(plan: Plan): string {
  const { installations, dollarsAMonth, costs } = plan;
  const parts = Object.entries(costs)
    .filter(([, dollars]) => dollars >= 1)
    .map(([name, dollars]) => `${name} ${dollars.toFixed(0)}`);
  return [
    assumptions(plan),
    "",
    sizes(plan),
    "",
    ...notes(plan).map((note) => `- ${note}`),
    "",
    `Costs: about ${dollarsAMonth} dollars a month on GKE in ${LOCATION}${installations > 1 ? `, for ${installations} clusters` : ""} (${parts.join(", ")}), from list prices; see docs/reference/stacks.md.`,
    "",
    installations > 1
      ? `Keys of each of the ${installations} installations, over those of Pulumi.prod.yaml:`
      : "Keys, over those of Pulumi.prod.yaml:",
    "",
    yamlOf(keysOf(plan)).trimEnd(),
  ].join("\n");
}

function assumptions({ wish }: Plan): string {
  return [
    `For ${number(wish.tasksPerSecond)} tasks/s of ${bytes(wish.payload)} that take ${number(wish.taskSeconds)} s`,
    `(${percent(wish.cpuShare)} on the CPU, ${bytes(wish.appMemory)} of their own memory in each process),`,
    `at most ${number(wish.backlog)} waiting, ${number(wish.publishers)} publishing processes,`,
    `headroom ${number(wish.headroom)} on the rate.`,
  ].join("\n");
}

function sizes({ queues, brokers, workers, machines, needs }: Plan): string {
  const table = newTable({ head: ["", "size", "computed need"] });
  table.push(
    [
      "3 broker nodes, each",
      `${cpuQuantity(brokers.cpus)} CPU, ${memoryQuantity(brokers.memoryMib)}, ${brokers.storageGib}Gi volume`,
      `${range(needs.brokerCpus, 2)} CPU, ${range(needs.brokerMemoryMib, 0)} of ${Math.floor(brokers.memoryMib * 0.6)} MiB`,
    ],
    ["queues", String(queues), "one leader each"],
    [
      workers.pools > 1 ? `${workers.pools} worker pools, each` : "worker pool",
      `${workers.replicas} pods, concurrency ${workers.concurrency}${workers.prefetch === undefined ? "" : `, prefetch ${workers.prefetch}`}`,
      `${workers.pools * workers.replicas * workers.concurrency} slots`,
    ],
    [
      "worker pod",
      `${cpuQuantity(workers.cpus)} CPU, ${memoryQuantity(workers.memoryMib)}`,
      `${range(needs.workerCpus, 1)} CPU for all pods`,
    ],
    ["GKE nodes", `${machines.nodes} ${machines.machineType}`, ""],
  );
  return table.toString();
}

/** What the user must know to use the sizes. */
export function notes({ installations, queues, needs, wish }: Plan): string[] {
  return [
    ...(needs.drainSeconds === undefined
      ? ["Without headroom, a backlog never becomes shorter while tasks arrive at the full rate."]
      : [
          `A full backlog is executed after ${duration(needs.drainSeconds)}, while tasks arrive at the full rate.`,
        ]),
    ...(queues > 1
      ? [
          `One queue is not enough: publish each task to one of ${queues} queues (docs/how-to/sizing.md, "Shard a hot queue").`,
        ]
      : []),
    ...(installations > 1
      ? [
          `One installation is not enough: divide the tasks over ${installations} (docs/how-to/sizing.md, "Use a second installation").`,
        ]
      : []),
    ...(wish.payload >= 1e6
      ? ["Payloads of 1 MB and more: consider a reference to object storage; see docs/how-to/sizing.md."]
      : []),
    "The first number of a range uses the least that was measured, the second the figures that sizes are planned with. Most come from one machine with 2 cores: measure your own tasks before you rely on them.",
  ];
}

const number = (value: number): string => value.toLocaleString("en-US", { maximumFractionDigits: 3 });
const percent = (share: number): string => `${Math.round(100 * share)} %`;
const range = ([least, planned]: Range, digits: number): string =>
  `${least.toFixed(digits)} to ${planned.toFixed(digits)}`;

function duration(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
