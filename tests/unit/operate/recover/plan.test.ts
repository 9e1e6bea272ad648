import assert from "node:assert/strict";
import {
  type BrokerFacts,
  type Facts,
  type NodeFacts,
  type PodFacts,
  Presence,
} from "../../../../operate/recover/facts";
import { plan, Requirement, StepKind } from "../../../../operate/recover/plan";
import { findProblems } from "../../../../operate/recover/problems";

const ORDINALS = [0, 1, 2];
const member = (ordinal: number) => `rabbit@mq-${ordinal}.mq-nodes.jobs.svc.cluster.local`;
const MEMBERS = ORDINALS.map(member);

const RUNNING: PodFacts = {
  kubernetesNode: "node-2",
  ready: true,
  terminating: false,
  released: false,
  outdated: false,
  waitsEmpty: false,
  waitsForPeers: false,
  problem: "",
};

function broker(ordinal: number, changes: Partial<BrokerFacts> = {}): BrokerFacts {
  return {
    pod: `mq-${ordinal}`,
    member: member(ordinal),
    podState: { ...RUNNING, kubernetesNode: `node-${ordinal}` },
    claim: { name: `data-mq-${ordinal}`, terminating: false, lost: false, boundTo: undefined },
    ...changes,
  };
}

function node(ordinal: number, changes: Partial<NodeFacts> = {}): NodeFacts {
  return {
    name: `node-${ordinal}`,
    presence: Presence.Ready,
    silentSeconds: 3,
    outOfService: false,
    pods: [`mq-${ordinal}`, `worker-${ordinal}`],
    ...changes,
  };
}

const HEALTHY: Facts = {
  name: "mq",
  namespace: "jobs",
  replicas: 3,
  ending: false,
  brokers: ORDINALS.map((ordinal) => broker(ordinal)),
  nodes: ORDINALS.map((ordinal) => node(ordinal)),
  views: MEMBERS.map((of) => ({ of, members: MEMBERS, running: MEMBERS })),
  queues: [{ name: "tasks", members: MEMBERS, online: MEMBERS }],
  alarms: [],
  leftovers: [],
};

/** A broker with an empty volume. */
const waiting = (ordinal: number) =>
  broker(ordinal, { podState: { ...RUNNING, ready: false, waitsEmpty: true } });

/** Broker 2 is the only member of the cluster. */
const ALONE = { of: member(2), members: [member(2)], running: [member(2)] };

/** Broker 2 does not run, and the others say so. */
const WITHOUT_2: Facts = {
  ...HEALTHY,
  views: [0, 1].map((ordinal) => ({
    of: member(ordinal),
    members: MEMBERS,
    running: [member(0), member(1)],
  })),
  queues: [{ name: "tasks", members: MEMBERS, online: [member(0), member(1)] }],
};

const NO_QUORUM: Facts = { ...HEALTHY, views: [], queues: undefined };

const unready = (changes = {}) => ({ ...RUNNING, ready: false, ...changes });
const local = { name: "data-mq-2", terminating: false, lost: false, boundTo: "node-2" };
const gone = { presence: Presence.Silent, silentSeconds: 90 };

/** What is found, and what is to be done about it: kind, target and what is needed beyond the ordinary consent. */
const TABLE: { found: string; facts: Facts; steps: (string | undefined)[][] }[] = [
  { found: "nothing", facts: HEALTHY, steps: [] },
  {
    found: "a node that is silent, and may still run",
    facts: {
      ...WITHOUT_2,
      nodes: [node(0), node(1), node(2, gone)],
      brokers: [broker(0), broker(1), broker(2, { podState: unready() })],
    },
    steps: [[StepKind.Taint, "node-2", Requirement.MachineOff]],
  },
  {
    found: "a node that is off according to the cloud provider",
    facts: { ...WITHOUT_2, nodes: [node(2, { ...gone, presence: Presence.Off })] },
    steps: [[StepKind.Taint, "node-2"]],
  },
  {
    found: "a node that has been silent for a short time",
    facts: { ...WITHOUT_2, nodes: [node(2, { presence: Presence.Doubtful, silentSeconds: 20 })] },
    steps: [],
  },
  {
    found: "a silent node without pods of ours",
    facts: { ...HEALTHY, nodes: [node(2, { ...gone, pods: [] })] },
    steps: [],
  },
  {
    found: "a node that is already tainted",
    facts: { ...WITHOUT_2, nodes: [node(2, { ...gone, outOfService: true })] },
    steps: [],
  },
  {
    found: "a tainted node that is back",
    facts: { ...HEALTHY, nodes: [node(2, { outOfService: true })] },
    steps: [[StepKind.Untaint, "node-2"]],
  },
  {
    found: "a silent node with the volume on it",
    facts: {
      ...WITHOUT_2,
      nodes: [node(0), node(1), node(2, gone)],
      brokers: [broker(0), broker(1), broker(2, { podState: unready({ terminating: true }), claim: local })],
    },
    steps: [
      [StepKind.Taint, "node-2", Requirement.MachineOff],
      [StepKind.Forget, member(2), Requirement.MachineOff, Requirement.GiveUpVolume],
      [StepKind.GiveUpVolume, "data-mq-2", Requirement.MachineOff, Requirement.GiveUpVolume],
    ],
  },
  {
    found: "a volume on a node that was removed from Kubernetes",
    facts: {
      ...WITHOUT_2,
      nodes: [node(2, { presence: Presence.Absent, pods: [] })],
      brokers: [broker(0), broker(1), broker(2, { podState: unready({ kubernetesNode: "" }), claim: local })],
    },
    steps: [
      [StepKind.Forget, member(2), Requirement.GiveUpVolume],
      [StepKind.GiveUpVolume, "data-mq-2", Requirement.GiveUpVolume],
    ],
  },
  {
    found: "a claim whose volume is gone",
    facts: {
      ...WITHOUT_2,
      brokers: [
        broker(0),
        broker(1),
        broker(2, { podState: unready(), claim: { ...local, boundTo: undefined, lost: true } }),
      ],
    },
    steps: [
      [StepKind.Forget, member(2), Requirement.GiveUpVolume],
      [StepKind.GiveUpVolume, "data-mq-2", Requirement.GiveUpVolume],
    ],
  },
  {
    found: "a lost volume, and no quorum without it",
    facts: {
      ...WITHOUT_2,
      views: [{ of: member(0), members: MEMBERS, running: [member(0)] }],
      brokers: [broker(0), broker(1), broker(2, { podState: unready(), claim: { ...local, lost: true } })],
    },
    steps: [],
  },
  {
    found: "a claim that is being given up, its member forgotten",
    facts: {
      ...WITHOUT_2,
      views: [{ of: member(0), members: [member(0), member(1)], running: [member(0), member(1)] }],
      nodes: [node(2, { ...gone, outOfService: true, pods: [] })],
      brokers: [
        broker(0),
        broker(1),
        broker(2, { podState: undefined, claim: { ...local, terminating: true } }),
      ],
      queues: [{ name: "tasks", members: [member(0), member(1)], online: [member(0), member(1)] }],
    },
    steps: [],
  },
  {
    found: "a broker that formed a separate cluster",
    facts: {
      ...WITHOUT_2,
      views: [...WITHOUT_2.views, { of: member(2), members: [member(2)], running: [member(2)] }],
    },
    steps: [
      [StepKind.Forget, member(2), Requirement.GiveUpVolume],
      [StepKind.GiveUpVolume, "data-mq-2", Requirement.GiveUpVolume],
    ],
  },
  {
    found: "a pod of a failed update that blocks the fixed one",
    facts: {
      ...WITHOUT_2,
      brokers: [
        broker(0),
        broker(1),
        broker(2, { podState: unready({ outdated: true, problem: "ImagePullBackOff" }) }),
      ],
    },
    steps: [[StepKind.DeletePod, "mq-2"]],
  },
  {
    found: "a pod of the newest template that cannot start",
    facts: {
      ...WITHOUT_2,
      brokers: [broker(0), broker(1), broker(2, { podState: unready({ problem: "ImagePullBackOff" }) })],
    },
    steps: [],
  },
  {
    found: "a member that is no longer a broker",
    facts: {
      ...HEALTHY,
      views: [{ of: member(0), members: [...MEMBERS, member(3)], running: MEMBERS }],
    },
    steps: [[StepKind.Forget, member(3)]],
  },
  {
    found: "a member beyond the replicas that still runs",
    facts: {
      ...HEALTHY,
      views: [{ of: member(0), members: [...MEMBERS, member(3)], running: [...MEMBERS, member(3)] }],
    },
    steps: [],
  },
  {
    found: "a queue without a copy on a broker that runs",
    facts: {
      ...HEALTHY,
      queues: [{ name: "tasks", members: [member(0), member(1)], online: [member(0), member(1)] }],
    },
    steps: [[StepKind.Grow, member(2)]],
  },
  {
    found: "three brokers with empty volumes",
    facts: { ...HEALTHY, brokers: ORDINALS.map(waiting), views: [], queues: undefined },
    steps: [[StepKind.FoundAgain, "mq-0", Requirement.EmptyCluster]],
  },
  {
    found: "two brokers with empty volumes, and the third has just started",
    facts: {
      ...NO_QUORUM,
      brokers: [waiting(0), waiting(1), broker(2, { podState: unready() })],
    },
    steps: [],
  },
  {
    found: "two brokers with empty volumes, and the third waits for them",
    facts: {
      ...NO_QUORUM,
      brokers: [waiting(0), waiting(1), broker(2, { podState: unready({ waitsForPeers: true }) })],
    },
    steps: [[StepKind.ServeAlone, "mq-2", Requirement.LastCopy]],
  },
  {
    found:
      "a broker with an empty volume, another one whose machine is gone with its volume, and the third waits",
    facts: {
      ...NO_QUORUM,
      nodes: [node(2, { ...gone, outOfService: true, pods: [] })],
      brokers: [
        broker(0, { podState: unready({ waitsForPeers: true }) }),
        waiting(1),
        broker(2, { podState: unready({ kubernetesNode: "" }), claim: local }),
      ],
    },
    steps: [
      [StepKind.ServeAlone, "mq-0", Requirement.LastCopy],
      [StepKind.GiveUpVolume, "data-mq-2", Requirement.LastCopy],
    ],
  },
  {
    found: "one broker with an empty volume, and the others wait for each other",
    facts: {
      ...NO_QUORUM,
      brokers: [
        waiting(0),
        broker(1, { podState: unready({ waitsForPeers: true }) }),
        broker(2, { podState: unready({ waitsForPeers: true }) }),
      ],
    },
    steps: [],
  },
  {
    found: "an empty broker that waits for one that serves alone",
    facts: {
      ...HEALTHY,
      brokers: [waiting(0), waiting(1), broker(2)],
      views: [ALONE],
      queues: [{ name: "tasks", members: [member(2)], online: [member(2)] }],
    },
    steps: [],
  },
  {
    found: "a broker that serves alone, whose queues still count the lost ones",
    facts: { ...HEALTHY, brokers: [waiting(0), waiting(1), broker(2)], views: [ALONE] },
    steps: [[StepKind.ServeAlone, "mq-2", Requirement.LastCopy]],
  },
  {
    found: "a broker that serves alone, and another one whose machine is gone with its volume",
    facts: {
      ...HEALTHY,
      nodes: [node(0, { ...gone, outOfService: true, pods: [] })],
      brokers: [
        broker(0, {
          podState: unready({ kubernetesNode: "" }),
          claim: { ...local, name: "data-mq-0", boundTo: "node-0" },
        }),
        waiting(1),
        broker(2),
      ],
      views: [ALONE],
      queues: undefined,
    },
    steps: [[StepKind.GiveUpVolume, "data-mq-0", Requirement.LastCopy]],
  },
  {
    found: "two machines that are silent with their volumes, and may be a majority that still serves",
    facts: {
      ...NO_QUORUM,
      nodes: [node(1, { ...gone, pods: [] }), node(2, { ...gone, pods: [] })],
      brokers: [
        broker(0, { podState: unready({ waitsForPeers: true }) }),
        broker(1, { podState: unready(), claim: { ...local, name: "data-mq-1", boundTo: "node-1" } }),
        broker(2, { podState: unready(), claim: local }),
      ],
    },
    steps: [
      [StepKind.ServeAlone, "mq-0", Requirement.MachineOff, Requirement.LastCopy],
      [StepKind.GiveUpVolume, "data-mq-1", Requirement.MachineOff, Requirement.LastCopy],
      [StepKind.GiveUpVolume, "data-mq-2", Requirement.MachineOff, Requirement.LastCopy],
    ],
  },
  {
    found: "a drill whose command was killed",
    facts: { ...HEALTHY, leftovers: [{ run: "drain-1128101010", items: ["node one: cordoned"] }] },
    steps: [[StepKind.UndoDrill, "drain-1128101010"]],
  },
  {
    found: "an alarm that no drill has raised",
    facts: { ...HEALTHY, alarms: ["disk alarm on mq-0"] },
    steps: [],
  },
  {
    found: "brokers that stop for good, one of which is already released",
    facts: {
      ...HEALTHY,
      ending: true,
      brokers: [
        broker(0, { podState: unready({ terminating: true, released: true }) }),
        broker(1, { podState: unready({ terminating: true }) }),
      ],
    },
    steps: [[StepKind.ReleasePod, "mq-1"]],
  },
];

describe("the plan of a recovery", () => {
  for (const { found, facts, steps } of TABLE)
    it(`for ${found}`, () => {
      const planned = plan(facts).map(({ kind, target, needs }) => [kind, target, ...needs]);
      assert.deepEqual(planned, steps);
    });

  it("gives a reason for every step", () => {
    for (const { facts } of TABLE) for (const { why } of plan(facts)) assert.match(why, /\w+ \w+/);
  });
});

describe("the problems of an installation", () => {
  it("are none when everything is healthy", () => assert.deepEqual(findProblems(HEALTHY), []));

  it("exist whenever there is a step", () => {
    for (const { found, facts } of TABLE)
      if (plan(facts).length > 0) assert.notDeepEqual(findProblems(facts), [], found);
  });

  it("name node, pod, volume, member, and queues", () => {
    const facts =
      TABLE.find(({ found }) => found === "a silent node with the volume on it")?.facts ?? HEALTHY;
    assert.deepEqual(findProblems(facts), [
      "node node-2 has been silent for 90 s; it has mq-2, worker-2",
      "mq-2 is terminating on node-2; its volume is on node-2",
      "mq-2 is a member that is not running",
      "1 of 1 queues have fewer than 3 copies online (lowest: 2)",
    ]);
  });

  it("say which brokers have an empty volume", () => {
    const facts = { ...HEALTHY, brokers: ORDINALS.map(waiting), views: [], queues: undefined };
    assert.equal(findProblems(facts)[0], "mq-0 has an empty volume and waits until another broker serves");
  });

  it("name alarms, and what a killed drill has left", () => {
    const leftovers = [{ run: "drain-1128101010", items: ["node one: cordoned", "queue drill-drain"] }];
    assert.deepEqual(findProblems({ ...HEALTHY, alarms: ["disk alarm on mq-0"], leftovers }), [
      "disk alarm on mq-0, which blocks all publishers",
      "drill drain-1128101010 was killed and left: node one: cordoned, queue drill-drain",
    ]);
  });

  it("include what no broker reports", () => {
    assert.deepEqual(findProblems({ ...HEALTHY, views: [], queues: undefined }), [
      "no broker reports its cluster",
      "no broker reports its queues",
    ]);
  });
});
