import assert from "node:assert/strict";
import { type Facts, Presence } from "../../../../operate/recover/facts";
import type { BrokerStatus, QueueStatus, WorkloadStatus } from "../../../../operate/status/model";
import { problemsOf } from "../../../../operate/status/problems";

type Observed = Parameters<typeof problemsOf>[1];

const MEMBERS = [0, 1, 2].map((ordinal) => `rabbit@mq-${ordinal}.mq-nodes.shop.svc.cluster.local`);

const FACTS: Facts = {
  name: "mq",
  namespace: "shop",
  replicas: 3,
  ending: false,
  brokers: MEMBERS.map((member, ordinal) => ({
    pod: `mq-${ordinal}`,
    member,
    podState: {
      kubernetesNode: `node-${ordinal}`,
      ready: true,
      terminating: false,
      released: false,
      outdated: false,
      waitsEmpty: false,
      problem: "",
    },
    claim: { name: `data-mq-${ordinal}`, terminating: false, lost: false, boundTo: undefined },
  })),
  nodes: [],
  views: MEMBERS.map((of) => ({ of, members: MEMBERS, running: MEMBERS })),
  queues: [{ name: "tasks", members: MEMBERS, online: MEMBERS }],
  alarms: [],
  leftovers: [],
};

const BROKER: BrokerStatus = {
  pod: "mq-0",
  kubernetesNode: "node-0",
  ready: true,
  member: true,
  leads: 1,
  alarms: [],
};
const QUEUE: QueueStatus = {
  name: "tasks",
  ready: 0,
  unacknowledged: 0,
  consumers: 3,
  online: 3,
  copies: 3,
};
const POOL: WorkloadStatus = {
  kind: "worker pool",
  name: "default",
  ready: 3,
  wanted: 3,
  queues: ["tasks"],
  unready: [],
  reasons: [],
};

const HEALTHY: Observed = {
  context: "prod",
  namespace: "shop",
  name: "mq",
  nodes: [{ name: "node-0", ready: true, cordoned: false, pods: ["mq-0"] }],
  brokers: [BROKER],
  queues: [QUEUE],
  delayed: 0,
  workloads: [POOL],
};

const SILENT_NODE: Partial<Facts> = {
  nodes: [
    { name: "node-2", presence: Presence.Silent, silentSeconds: 90, outOfService: false, pods: ["mq-2"] },
  ],
};

/** What is wrong, and the first problem with its cure. */
const TABLE: {
  wrong: string;
  facts?: Partial<Facts>;
  status?: Partial<Observed>;
  text: string;
  cure: string;
}[] = [
  {
    wrong: "a disk alarm",
    facts: { alarms: ["disk alarm on mq-0"] },
    text: "disk alarm on mq-0, which blocks all publishers",
    cure: "let workers consume what waits (scale the pool), or enlarge the volumes: docs/how-to/grow-storage.md",
  },
  {
    wrong: "a machine that is lost",
    facts: SILENT_NODE,
    text: "node node-2 has been silent for 90 s; it has mq-2",
    cure: "npx ha-celery recover --context prod --namespace shop --name mq",
  },
  {
    wrong: "a queue with too few copies",
    facts: { queues: [{ name: "tasks", members: MEMBERS, online: MEMBERS.slice(1) }] },
    text: "1 of 1 queues have fewer than 3 copies online (lowest: 2)",
    cure: "wait a minute; then: kubectl --context prod -n shop describe pod -l app.kubernetes.io/name=rabbitmq",
  },
  {
    wrong: "a cordoned node",
    status: { nodes: [{ name: "node-0", ready: true, cordoned: true, pods: ["mq-0"] }] },
    text: "node node-0 is cordoned, so what it loses cannot start there again",
    cure: "kubectl --context prod uncordon node-0",
  },
  {
    wrong: "an image that does not exist",
    status: { workloads: [{ ...POOL, ready: 0, reasons: ["ImagePullBackOff"] }] },
    text: "worker pool default: 0 of 3 pods are ready: ImagePullBackOff",
    cure: "push the image or correct its name, then: pulumi up",
  },
  {
    wrong: "a rollout whose new pods do not start, while the old ones serve",
    status: { workloads: [{ ...POOL, reasons: ["ImagePullBackOff"] }] },
    text: "worker pool default: a new pod does not become ready: ImagePullBackOff",
    cure: "push the image or correct its name, then: pulumi up",
  },
  {
    wrong: "workers that crash",
    status: {
      workloads: [
        { ...POOL, ready: 2, unready: ["w-3"], reasons: ["CrashLoopBackOff (Error, exit code 1)"] },
      ],
    },
    text: "worker pool default: 2 of 3 pods are ready: CrashLoopBackOff (Error, exit code 1)",
    cure: "kubectl --context prod -n shop logs w-3 --all-containers --previous",
  },
  {
    wrong: "no place for a pod",
    status: {
      workloads: [{ ...POOL, ready: 2, reasons: ["0/3 nodes are available: 3 Insufficient cpu."] }],
    },
    text: "worker pool default: 2 of 3 pods are ready: 0/3 nodes are available: 3 Insufficient cpu.",
    cure: "add a node or lower the requests, then: pulumi up",
  },
  {
    wrong: "a beat that is not ready for another reason",
    status: { workloads: [{ ...POOL, kind: "beat", name: "beat", ready: 0, wanted: 1 }] },
    text: "beat beat: 0 of 1 pods are ready",
    cure: "kubectl --context prod -n shop describe deployment beat",
  },
  {
    wrong: "a pool that is scaled to 0",
    status: {
      queues: [{ ...QUEUE, ready: 7, consumers: 0 }],
      workloads: [{ ...POOL, ready: 0, wanted: 0 }],
    },
    text: "queue tasks has 7 tasks and no consumer",
    cure: "kubectl --context prod -n shop scale deployment default --replicas=1",
  },
  {
    wrong: "workers that run but do not consume",
    status: { queues: [{ ...QUEUE, ready: 7, consumers: 0 }] },
    text: "queue tasks has 7 tasks and no consumer",
    cure: "kubectl --context prod -n shop rollout restart deployment default",
  },
  {
    wrong: "a queue that no pool reads",
    status: { queues: [{ ...QUEUE, name: "mail", ready: 7, consumers: 0 }] },
    text: "queue mail has 7 tasks and no consumer",
    cure: "add mail to the queues of a worker pool, then: pulumi up",
  },
  {
    wrong: "dead letters",
    status: { deadLetters: { messages: 3, oldestSeconds: 7200 } },
    text: "3 dead letters, the oldest for 2 h",
    cure: "see why: docs/how-to/troubleshooting.md#tasks-are-in-dead-letters",
  },
];

describe("the problems of an installation", () => {
  it("are none if it is healthy", () => {
    assert.deepEqual(problemsOf(FACTS, HEALTHY), []);
  });

  it("are none while a rollout creates pods", () => {
    const workloads = [{ ...POOL, reasons: ["ContainerCreating"] }];
    assert.deepEqual(problemsOf(FACTS, { ...HEALTHY, workloads }), []);
  });

  it("do not include the queue of a drill", () => {
    const queues = [{ ...QUEUE, name: "drill-node-off-1128215143", ready: 7, consumers: 0 }];
    assert.deepEqual(problemsOf(FACTS, { ...HEALTHY, queues }), []);
  });

  for (const { wrong, facts, status, text, cure } of TABLE)
    it(`names ${wrong} and its cure`, () => {
      assert.deepEqual(problemsOf({ ...FACTS, ...facts }, { ...HEALTHY, ...status }), [{ text, cure }]);
    });

  it("begin with what blocks all publishers", () => {
    const status = {
      ...HEALTHY,
      nodes: [{ name: "node-0", ready: true, cordoned: true, pods: [] }],
    };
    const texts = problemsOf({ ...FACTS, ...SILENT_NODE, alarms: ["memory alarm on mq-0"] }, status).map(
      ({ text }) => text,
    );
    assert.deepEqual(
      texts.map((text) => text.split(" ").slice(0, 2).join(" ")),
      ["memory alarm", "node node-2", "node node-0"],
    );
  });
});
