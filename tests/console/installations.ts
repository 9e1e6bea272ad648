import type { InstallationStatus, QueueStatus, WorkloadStatus } from "../../operate/status/model";
import { problemsOf } from "../../operate/status/problems";
import { type Facts, Presence } from "../../operate/recover/facts";
import { healthyFacts, MEMBERS, queueFacts } from "../unit/operate/healthy";

/** An installation before its problems are found, and the facts that `recover` reads beside it. */
export interface Installation {
  readonly facts: Facts;
  readonly observed: Omit<InstallationStatus, "problems">;
}

const MIB = 1024 ** 2;
const ORDINALS = [0, 1, 2];
const NODES = ["pool-a-7f2k", "pool-b-x9qd", "pool-c-m4hw"];
const WORKERS = [
  ["mail-6d5f8c7b9-2xkqp", "orders-5c9d7b684-8jw2l", "orders-5c9d7b684-k4zmt", "beat-7b8d9f6c5-q2nvs"],
  ["mail-6d5f8c7b9-9vtrd", "orders-5c9d7b684-c6hfx"],
  ["mail-6d5f8c7b9-h7wzl", "orders-5c9d7b684-pn5gq"],
];

const queue = (
  name: string,
  leader: number,
  ready: number,
  unacknowledged: number,
  consumers: number,
): QueueStatus => ({
  name,
  leader: `mq-${leader}`,
  ready,
  unacknowledged,
  consumers,
  online: 3,
  copies: 3,
});

const workload = (
  name: string,
  kind: WorkloadStatus["kind"],
  pods: number,
  ...queues: string[]
): WorkloadStatus => ({
  kind,
  name,
  ready: pods,
  wanted: pods,
  queues,
  unready: [],
  reasons: [],
  processes: [],
});

const QUEUE_NAMES = ["dead-letters", "mail", "orders", "reports"];

export const HEALTHY: Installation = {
  facts: healthyFacts(NODES, QUEUE_NAMES),
  observed: {
    context: "prod",
    namespace: "shop",
    name: "mq",
    nodes: NODES.map((name, ordinal) => ({
      name,
      ready: true,
      cordoned: false,
      pods: [`mq-${ordinal}`, ...(WORKERS[ordinal] ?? [])],
    })),
    brokers: ORDINALS.map((ordinal) => ({
      pod: `mq-${ordinal}`,
      kubernetesNode: NODES[ordinal] ?? "",
      ready: true,
      member: true,
      leads: ordinal === 1 ? 2 : 1,
      memory: { bytes: (190 + 23 * ordinal) * MIB, limit: 614 * MIB },
      disk: { bytes: (8100 - 310 * ordinal) * MIB, limit: 1024 * MIB },
      alarms: [],
    })),
    queues: [
      queue("dead-letters", 0, 0, 0, 0),
      queue("mail", 1, 42, 24, 3),
      queue("orders", 1, 130, 32, 4),
      queue("reports", 2, 3, 1, 4),
    ],
    delayed: 17,
    workloads: [
      workload("beat", "beat", 1),
      workload("mail", "worker pool", 3, "mail"),
      workload("orders", "worker pool", 4, "orders", "reports"),
    ],
  },
};

/** Returns the status as `readStatus` would, with the problems of the product itself. */
export const statusOf = ({ facts, observed }: Installation): InstallationStatus => ({
  ...observed,
  problems: problemsOf(facts, observed),
});

type Observed = Installation["observed"];

/** Changes an installation. */
export const change = (
  from: Installation,
  observed: Partial<Observed>,
  facts: Partial<Facts> = {},
): Installation => ({ facts: { ...from.facts, ...facts }, observed: { ...from.observed, ...observed } });

/** Changes the thing of this name in a list. */
export const changed = <T extends { readonly name: string }>(
  things: readonly T[],
  name: string,
  to: Partial<T>,
): T[] => things.map((thing) => (thing.name === name ? { ...thing, ...to } : thing));

export const changedBroker = (
  { observed: { brokers } }: Installation,
  ordinal: number,
  to: Partial<Observed["brokers"][number]>,
) => brokers.map((broker, index) => (index === ordinal ? { ...broker, ...to } : broker));

const { observed: ALL_WELL } = HEALTHY;
const QUEUES = ALL_WELL.queues ?? [];

/** The machine of mq-1 is silent: Kubernetes noticed, and the leaders have moved. */
export const NODE_LOST = change(
  HEALTHY,
  {
    nodes: changed(ALL_WELL.nodes, "pool-b-x9qd", { ready: false }),
    brokers: changedBroker(HEALTHY, 1, {
      ready: false,
      member: false,
      leads: 0,
      memory: undefined,
      disk: undefined,
      alarms: undefined,
    }).map((broker) => (broker.pod === "mq-0" ? { ...broker, leads: 3 } : broker)),
    queues: QUEUES.map((each) => ({
      ...each,
      online: 2,
      leader: each.leader === "mq-1" ? "mq-0" : each.leader,
    })),
    workloads: [
      workload("beat", "beat", 1),
      { ...workload("mail", "worker pool", 3, "mail"), ready: 2, unready: ["mail-6d5f8c7b9-9vtrd"] },
      {
        ...workload("orders", "worker pool", 4, "orders", "reports"),
        ready: 3,
        unready: ["orders-5c9d7b684-c6hfx"],
      },
    ],
  },
  {
    nodes: [
      {
        name: "pool-b-x9qd",
        presence: Presence.Silent,
        silentSeconds: 74,
        outOfService: false,
        pods: ["mq-1", ...(WORKERS[1] ?? [])],
      },
    ],
    brokers: HEALTHY.facts.brokers.map((broker, ordinal) =>
      ordinal === 1 && broker.podState
        ? { ...broker, podState: { ...broker.podState, ready: false } }
        : broker,
    ),
    views: [0, 2].map((ordinal) => ({
      of: MEMBERS[ordinal] ?? "",
      members: MEMBERS,
      running: MEMBERS.filter((_, index) => index !== 1),
    })),
    queues: queueFacts(QUEUE_NAMES, MEMBERS.slice(1)),
  },
);

/** A workload none of whose pods is ready. */
const away = (each: WorkloadStatus): WorkloadStatus => ({
  ...each,
  ready: 0,
  unready: WORKERS.flat().filter((pod) => pod.startsWith(each.name)),
});

/** The broken installations whose problem an engineer must find. */
export const BROKEN: Readonly<Record<string, Installation>> = {
  alarm: change(
    HEALTHY,
    {
      brokers: changedBroker(HEALTHY, 1, {
        memory: { bytes: 623 * MIB, limit: 614 * MIB },
        alarms: ["memory"],
      }),
    },
    { alarms: ["memory alarm on mq-1"] },
  ),
  "cordoned node": change(HEALTHY, { nodes: changed(ALL_WELL.nodes, "pool-c-m4hw", { cordoned: true }) }),
  "dead consumer": change(HEALTHY, {
    queues: changed(QUEUES, "mail", { ready: 4211, unacknowledged: 0, consumers: 0 }),
    workloads: changed(ALL_WELL.workloads, "mail", {
      ready: 0,
      unready: ["mail-6d5f8c7b9-2xkqp", "mail-6d5f8c7b9-9vtrd", "mail-6d5f8c7b9-h7wzl"],
      reasons: ["CrashLoopBackOff (Error, exit code 1)"],
    }),
  }),
  "split member": change(
    HEALTHY,
    { brokers: changedBroker(HEALTHY, 2, { member: false, leads: 0 }) },
    {
      views: MEMBERS.map((of, ordinal) => {
        const own = ordinal === 2 ? [of] : MEMBERS.slice(0, 2);
        return { of, members: own, running: own };
      }),
    },
  ),
  "full dead letters": change(HEALTHY, {
    queues: changed(QUEUES, "dead-letters", { ready: 128 }),
    deadLetters: { messages: 128, oldestSeconds: 3 * 86_400 + 5_000 },
  }),
  // Brokers serve, but no client trusts them.
  "expired certificate": change(HEALTHY, {
    certificate: { expires: "2026-11-29T12:20:11.000Z", days: -1 },
    queues: QUEUES.map((each) => ({ ...each, unacknowledged: 0, consumers: 0 })),
    workloads: ALL_WELL.workloads.map(away),
  }),
};

/** No broker answers, while Kubernetes reports that they are ready. */
export const SILENT_BROKERS = change(
  HEALTHY,
  {
    queues: undefined,
    delayed: undefined,
    brokers: ALL_WELL.brokers.map(({ pod, kubernetesNode }) => ({
      pod,
      kubernetesNode,
      ready: true,
      member: false,
      leads: 0,
    })),
    workloads: ALL_WELL.workloads.map(away),
  },
  { views: [], queues: undefined },
);

/** Scaled to 0. */
export const EMPTY = change(
  HEALTHY,
  { nodes: [], brokers: [], queues: undefined, delayed: undefined, workloads: [] },
  { ending: true, replicas: 0, brokers: [], views: [], queues: undefined },
);
