import assert from "node:assert/strict";
import {
  type BrokerFacts,
  type Facts,
  type NodeFacts,
  type PodFacts,
  Presence,
} from "../../../../operate/recover/facts";
import { Kind, Needs, plan } from "../../../../operate/recover/plan";
import { stuck } from "../../../../operate/recover/stuck";

const ORDINALS = [0, 1, 2];
const member = (ordinal: number) => `rabbit@mq-${ordinal}.mq-nodes.jobs.svc.cluster.local`;
const MEMBERS = ORDINALS.map(member);

const RUNNING: PodFacts = {
  kubernetesNode: "node-2",
  ready: true,
  terminating: false,
  released: false,
  outdated: false,
  trouble: "",
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

const WHOLE: Facts = {
  name: "mq",
  namespace: "jobs",
  replicas: 3,
  ending: false,
  brokers: ORDINALS.map((ordinal) => broker(ordinal)),
  nodes: ORDINALS.map((ordinal) => node(ordinal)),
  views: MEMBERS.map((of) => ({ of, members: MEMBERS, running: MEMBERS })),
  queues: [{ name: "tasks", members: MEMBERS, online: MEMBERS }],
};

/** Broker 2 does not run, and the others say so. */
const WITHOUT_2: Facts = {
  ...WHOLE,
  views: [0, 1].map((ordinal) => ({
    of: member(ordinal),
    members: MEMBERS,
    running: [member(0), member(1)],
  })),
  queues: [{ name: "tasks", members: MEMBERS, online: [member(0), member(1)] }],
};

const unready = (changes = {}) => ({ ...RUNNING, ready: false, ...changes });
const local = { name: "data-mq-2", terminating: false, lost: false, boundTo: "node-2" };
const gone = { presence: Presence.Silent, silentSeconds: 90 };

/** What is found, and what is to be done about it: kind, target and what is needed beyond the ordinary consent. */
const TABLE: { found: string; facts: Facts; steps: (string | undefined)[][] }[] = [
  { found: "nothing", facts: WHOLE, steps: [] },
  {
    found: "a node that is silent, and may still run",
    facts: {
      ...WITHOUT_2,
      nodes: [node(0), node(1), node(2, gone)],
      brokers: [broker(0), broker(1), broker(2, { podState: unready() })],
    },
    steps: [[Kind.Taint, "node-2", Needs.MachineOff]],
  },
  {
    found: "a node that is off, says the cloud",
    facts: { ...WITHOUT_2, nodes: [node(2, { ...gone, presence: Presence.Off })] },
    steps: [[Kind.Taint, "node-2"]],
  },
  {
    found: "a node that has been silent for a short time",
    facts: { ...WITHOUT_2, nodes: [node(2, { presence: Presence.Doubtful, silentSeconds: 20 })] },
    steps: [],
  },
  {
    found: "a silent node without pods of ours",
    facts: { ...WHOLE, nodes: [node(2, { ...gone, pods: [] })] },
    steps: [],
  },
  {
    found: "a node that is marked already",
    facts: { ...WITHOUT_2, nodes: [node(2, { ...gone, outOfService: true })] },
    steps: [],
  },
  {
    found: "a marked node that is back",
    facts: { ...WHOLE, nodes: [node(2, { outOfService: true })] },
    steps: [[Kind.Untaint, "node-2"]],
  },
  {
    found: "a silent node with the volume on it",
    facts: {
      ...WITHOUT_2,
      nodes: [node(0), node(1), node(2, gone)],
      brokers: [broker(0), broker(1), broker(2, { podState: unready({ terminating: true }), claim: local })],
    },
    steps: [
      [Kind.Taint, "node-2", Needs.MachineOff],
      [Kind.Forget, member(2), Needs.MachineOff, Needs.GiveUpVolume],
      [Kind.GiveUpVolume, "data-mq-2", Needs.MachineOff, Needs.GiveUpVolume],
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
      [Kind.Forget, member(2), Needs.GiveUpVolume],
      [Kind.GiveUpVolume, "data-mq-2", Needs.GiveUpVolume],
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
      [Kind.Forget, member(2), Needs.GiveUpVolume],
      [Kind.GiveUpVolume, "data-mq-2", Needs.GiveUpVolume],
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
    found: "a broker that founded a cluster of its own",
    facts: {
      ...WITHOUT_2,
      views: [...WITHOUT_2.views, { of: member(2), members: [member(2)], running: [member(2)] }],
    },
    steps: [
      [Kind.Forget, member(2), Needs.GiveUpVolume],
      [Kind.GiveUpVolume, "data-mq-2", Needs.GiveUpVolume],
    ],
  },
  {
    found: "a pod of a failed update that blocks the mended one",
    facts: {
      ...WITHOUT_2,
      brokers: [
        broker(0),
        broker(1),
        broker(2, { podState: unready({ outdated: true, trouble: "ImagePullBackOff" }) }),
      ],
    },
    steps: [[Kind.DeletePod, "mq-2"]],
  },
  {
    found: "a pod of the newest template that cannot start",
    facts: {
      ...WITHOUT_2,
      brokers: [broker(0), broker(1), broker(2, { podState: unready({ trouble: "ImagePullBackOff" }) })],
    },
    steps: [],
  },
  {
    found: "a member that is no broker any more",
    facts: {
      ...WHOLE,
      views: [{ of: member(0), members: [...MEMBERS, member(3)], running: MEMBERS }],
    },
    steps: [[Kind.Forget, member(3)]],
  },
  {
    found: "a member beyond the replicas that still runs",
    facts: {
      ...WHOLE,
      views: [{ of: member(0), members: [...MEMBERS, member(3)], running: [...MEMBERS, member(3)] }],
    },
    steps: [],
  },
  {
    found: "a queue without a copy on a broker that runs",
    facts: {
      ...WHOLE,
      queues: [{ name: "tasks", members: [member(0), member(1)], online: [member(0), member(1)] }],
    },
    steps: [[Kind.Grow, member(2)]],
  },
  {
    found: "brokers that are to stop for good, one of which was told so",
    facts: {
      ...WHOLE,
      ending: true,
      brokers: [
        broker(0, { podState: unready({ terminating: true, released: true }) }),
        broker(1, { podState: unready({ terminating: true }) }),
      ],
    },
    steps: [[Kind.ReleasePod, "mq-1"]],
  },
];

describe("the plan of a recovery", () => {
  for (const { found, facts, steps } of TABLE)
    it(`for ${found}`, () => {
      const planned = plan(facts).map(({ kind, target, needs }) => [kind, target, ...needs]);
      assert.deepEqual(planned, steps);
    });

  it("says a reason for every step", () => {
    for (const { facts } of TABLE) for (const { why } of plan(facts)) assert.match(why, /\w+ \w+/);
  });
});

describe("what is stuck", () => {
  it("is nothing when all is whole", () => assert.deepEqual(stuck(WHOLE), []));

  it("is something whenever something is to be done", () => {
    for (const { found, facts } of TABLE)
      if (plan(facts).length > 0) assert.notDeepEqual(stuck(facts), [], found);
  });

  it("names node, pod, volume, member and queues", () => {
    const facts = TABLE.find(({ found }) => found === "a silent node with the volume on it")?.facts ?? WHOLE;
    assert.deepEqual(stuck(facts), [
      "node node-2 has been silent for 90 s; it holds mq-2, worker-2",
      "mq-2 is terminating on node-2; its volume is on node-2",
      "mq-2 is a member that does not run",
      "1 of 1 queues have fewer than 3 copies online (at least 2)",
    ]);
  });

  it("is all that nobody can tell", () => {
    assert.deepEqual(stuck({ ...WHOLE, views: [], queues: undefined }), [
      "no broker tells of its cluster",
      "no broker tells of its queues",
    ]);
  });
});
