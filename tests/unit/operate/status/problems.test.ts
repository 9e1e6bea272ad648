import assert from "node:assert/strict";
import { type BrokerFacts, type Facts, Presence } from "../../../../operate/recover/facts";
import type {
  BrokerStatus,
  ProcessStatus,
  QueueStatus,
  WorkloadStatus,
} from "../../../../operate/status/model";
import { problemsOf } from "../../../../operate/status/problems";
import { healthyFacts, MEMBERS, queueFacts } from "../healthy";

type Observed = Parameters<typeof problemsOf>[1];

const FACTS = healthyFacts(["node-0", "node-1", "node-2"], ["tasks"]);

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
  leader: "mq-0",
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
  processes: [],
};

const BEAT: WorkloadStatus = { ...POOL, kind: "beat", name: "beat", ready: 1, wanted: 1, queues: [] };

const worker = (more: Partial<ProcessStatus>): ProcessStatus => ({
  pod: "w",
  runningSeconds: 90,
  answers: true,
  consuming: false,
  ...more,
});

const unready = (broker: BrokerFacts): BrokerFacts => ({
  ...broker,
  podState: broker.podState && { ...broker.podState, ready: false },
});

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

const RENEW =
  "a generated one: pulumi up; your own: write the new one into its Secret, docs/how-to/tls.md#renew-your-own-certificate";

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
    cure: "enlarge the volumes: docs/how-to/grow-storage.md",
  },
  {
    wrong: "a memory alarm with a backlog",
    facts: { alarms: ["memory alarm on mq-0"] },
    status: { queues: [QUEUE, { ...QUEUE, name: "dead-letters", ready: 99 }, { ...QUEUE, ready: 7 }] },
    text: "memory alarm on mq-0, which blocks all publishers",
    cure: "let more workers consume the 7 tasks of tasks (kubectl --context prod -n shop scale deployment default --replicas=6), or raise brokerMemory and run: pulumi up",
  },
  {
    wrong: "a broker that runs, but is not ready",
    facts: { brokers: FACTS.brokers.map((broker, ordinal) => (ordinal === 2 ? unready(broker) : broker)) },
    text: "mq-2 is not ready on node-2",
    cure: "wait a minute; then: kubectl --context prod -n shop delete pod mq-2",
  },
  {
    wrong: "a broker that formed a separate cluster",
    facts: {
      views: [
        ...MEMBERS.slice(0, 2).map((of) => ({
          of,
          members: MEMBERS.slice(0, 2),
          running: MEMBERS.slice(0, 2),
        })),
        { of: MEMBERS[2] ?? "", members: MEMBERS.slice(2), running: MEMBERS.slice(2) },
      ],
    },
    text: "mq-2 runs as a separate cluster",
    cure: "npx ha-celery recover --context prod --namespace shop --name mq",
  },
  {
    wrong: "a machine that is lost",
    facts: SILENT_NODE,
    text: "node node-2 has been silent for 90 s; it has mq-2",
    cure: "npx ha-celery recover --context prod --namespace shop --name mq",
  },
  {
    wrong: "a queue with too few copies",
    facts: { queues: queueFacts(["tasks"], MEMBERS.slice(1)) },
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
    wrong: "workers that stand still",
    status: { workloads: [{ ...POOL, processes: [worker({ answers: false }), worker({ answers: false })] }] },
    text: "worker pool default: 2 of 3 pods run, but do not consume and do not answer",
    cure: "kubectl --context prod -n shop rollout restart deployment default",
  },
  {
    wrong: "a worker without a connection",
    status: { workloads: [{ ...POOL, ready: 2, processes: [worker({}), worker({ consuming: true })] }] },
    text: "worker pool default: 1 of 3 pods run, but do not consume",
    cure: "kubectl --context prod -n shop rollout restart deployment default",
  },
  {
    wrong: "a beat that stands still",
    status: { workloads: [{ ...BEAT, beat: { answers: false } }] },
    text: "beat beat runs, but does not answer",
    cure: "kubectl --context prod -n shop rollout restart deployment beat",
  },
  {
    wrong: "a beat that does not tick",
    status: { workloads: [{ ...BEAT, beat: { answers: true, lastTickSeconds: 90, overdue: 0 } }] },
    text: "beat beat has not ticked for 90 s",
    cure: "kubectl --context prod -n shop rollout restart deployment beat",
  },
  {
    wrong: "overdue periodic tasks",
    status: { workloads: [{ ...BEAT, beat: { answers: true, lastTickSeconds: 2, overdue: 1 } }] },
    text: "beat beat: 1 periodic task is overdue",
    cure: "kubectl --context prod -n shop rollout restart deployment beat",
  },
  {
    wrong: "a queue that no pool reads",
    status: { queues: [{ ...QUEUE, name: "mail", ready: 7, consumers: 0 }] },
    text: "queue mail has 7 tasks and no consumer",
    cure: "add mail to the queues of a worker pool, then: pulumi up",
  },
  {
    wrong: "a restore that was killed",
    status: { queues: [{ ...QUEUE, name: "ha-celery-restore-7a1f", ready: 7, consumers: 0 }] },
    text: "a restore is not complete: 7 tasks are back",
    cure: "unless it is running, continue it with its file: npx ha-celery restore FILE --context prod --namespace shop --name mq",
  },
  {
    wrong: "an expired certificate",
    status: { certificate: { expires: "2027-01-31T00:00:00.000Z", days: -1 } },
    text: "the certificate of the brokers expired on 2027-01-31T00:00:00.000Z, so new connections fail",
    cure: RENEW,
  },
  {
    wrong: "a certificate that expires within a month",
    status: { certificate: { expires: "2027-01-31T00:00:00.000Z", days: 29 } },
    text: "the certificate of the brokers expires in 29 days, on 2027-01-31T00:00:00.000Z",
    cure: RENEW,
  },
  {
    wrong: "an upgrade that has not ended",
    status: {
      brokers: [
        { ...BROKER, version: "4.3.6" },
        { ...BROKER, version: "4.2.1" },
      ],
    },
    text: "the brokers run RabbitMQ 4.2.1 and 4.3.6: an upgrade has not ended",
    cure: "kubectl --context prod -n shop rollout status statefulset mq",
  },
  {
    wrong: "dead letters",
    status: { deadLetters: { messages: 3, oldestSeconds: 7200 } },
    text: "3 dead letters, the oldest for 2 h",
    cure: "see why, then replay or purge them: npx ha-celery dead-letters list --summary --context prod --namespace shop --name mq",
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

  it("are none while a worker that has just started connects", () => {
    const workloads = [{ ...POOL, processes: [worker({ runningSeconds: 5 })] }];
    assert.deepEqual(problemsOf(FACTS, { ...HEALTHY, workloads }), []);
  });

  it("name broken brokers before workers that wait for them", () => {
    const workloads = [{ ...POOL, processes: [worker({})] }];
    const cures = problemsOf({ ...FACTS, ...SILENT_NODE }, { ...HEALTHY, workloads }).map(({ cure }) => cure);
    assert.deepEqual(cures, [
      "npx ha-celery recover --context prod --namespace shop --name mq",
      "mend the brokers first; then: kubectl --context prod -n shop rollout restart deployment default",
    ]);
  });

  it("do not include a certificate that is valid for another month", () => {
    const certificate = { expires: "2027-01-31T00:00:00.000Z", days: 30 };
    assert.deepEqual(problemsOf(FACTS, { ...HEALTHY, certificate }), []);
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
