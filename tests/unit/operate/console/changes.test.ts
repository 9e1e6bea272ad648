import assert from "node:assert/strict";
import { differences } from "../../../../operate/console/changes";
import {
  BROKEN,
  change,
  changed,
  changedBroker,
  HEALTHY,
  type Installation,
  NODE_LOST,
  statusOf,
} from "../../../console/installations";

const { observed } = HEALTHY;
const queues = observed.queues ?? [];

const between = (before: Installation, after: Installation): string[] =>
  differences(statusOf(before), statusOf(after)).map(({ about, mood, text }) => `${about} ${mood}: ${text}`);

/** What changes in a healthy installation, the difference of it, and that of the way back. */
const TABLE: { what: string; after: Partial<Installation["observed"]>; there: string[]; back: string[] }[] = [
  {
    what: "a cordoned node",
    after: { nodes: changed(observed.nodes, "pool-a-7f2k", { cordoned: true }) },
    there: [
      "node bad: node pool-a-7f2k was cordoned",
      "problem bad: node pool-a-7f2k is cordoned, so what it loses cannot start there again",
    ],
    back: [
      "node good: node pool-a-7f2k was uncordoned",
      "problem good: solved: node pool-a-7f2k is cordoned, so what it loses cannot start there again",
    ],
  },
  {
    what: "a node that loses its last pod",
    after: { nodes: observed.nodes.slice(1) },
    there: ["node neutral: node pool-a-7f2k has no pod of the installation anymore"],
    back: ["node neutral: node pool-a-7f2k has pods of the installation"],
  },
  {
    what: "a broker that leaves the cluster",
    after: { brokers: changedBroker(HEALTHY, 0, { member: false }) },
    there: ["broker bad: broker mq-0 left the cluster of brokers"],
    back: ["broker good: broker mq-0 is a running member again"],
  },
  {
    what: "a broker on another node",
    after: { brokers: changedBroker(HEALTHY, 0, { kubernetesNode: "" }) },
    there: ["broker neutral: broker mq-0 moved from pool-a-7f2k to no node"],
    back: ["broker neutral: broker mq-0 moved from no node to pool-a-7f2k"],
  },
  {
    what: "an alarm",
    after: { brokers: changedBroker(HEALTHY, 0, { alarms: ["disk"] }) },
    there: ["broker bad: disk alarm on mq-0: publishers are blocked"],
    back: ["broker good: disk alarm on mq-0 ended"],
  },
  {
    what: "leaders that move together",
    after: {
      queues: queues.map((queue) => (queue.leader === "mq-1" ? { ...queue, leader: "mq-2" } : queue)),
    },
    there: ["leader neutral: leaders of mail, orders: mq-1 → mq-2"],
    back: ["leader neutral: leaders of mail, orders: mq-2 → mq-1"],
  },
  {
    what: "a queue without a leader",
    after: { queues: changed(queues, "mail", { leader: "" }) },
    there: ["leader bad: leader of mail: mq-1 → no leader"],
    back: ["leader neutral: leader of mail: no leader → mq-1"],
  },
  {
    what: "a copy that is offline",
    after: { queues: changed(queues, "mail", { online: 2 }) },
    there: ["queue bad: mail: 2 of 3 copies are online"],
    back: ["queue good: mail: all 3 copies are online"],
  },
  {
    what: "a queue that is deleted",
    after: { queues: queues.filter(({ name }) => name !== "reports") },
    there: ["queue neutral: queue reports was deleted"],
    back: ["queue neutral: queue reports was created"],
  },
  {
    what: "the last consumer of an empty queue",
    after: { queues: changed(queues, "reports", { ready: 0, consumers: 0 }) },
    there: ["queue bad: queue reports lost its last consumer"],
    back: ["queue good: queue reports has consumers"],
  },
  {
    what: "a pool that is scaled, and complete at once",
    after: { workloads: changed(observed.workloads, "mail", { wanted: 5, ready: 5 }) },
    there: ["workload neutral: worker pool mail was scaled from 3 to 5"],
    back: ["workload neutral: worker pool mail was scaled from 5 to 3"],
  },
  {
    what: "a pool that loses pods",
    after: { workloads: changed(observed.workloads, "mail", { ready: 1 }) },
    there: ["workload bad: worker pool mail: 1 of 3 pods are ready"],
    back: [
      "workload good: worker pool mail: all 3 pods are ready",
      "problem good: solved: worker pool mail: 1 of 3 pods are ready",
    ],
  },
  {
    what: "a pool that is removed",
    after: { workloads: observed.workloads.filter(({ name }) => name !== "beat") },
    there: ["workload neutral: beat beat was removed"],
    back: ["workload neutral: beat beat was added"],
  },
  {
    what: "dead letters",
    after: { queues: changed(queues, "dead-letters", { ready: 3 }) },
    there: ["dead letters bad: dead letters: 0 → 3"],
    back: ["dead letters neutral: dead letters: 3 → 0"],
  },
];

describe("the changes between two statuses", () => {
  it("are none if only depths differ", () => {
    const after = change(HEALTHY, { queues: changed(queues, "mail", { ready: 7 }) });
    assert.deepEqual(between(HEALTHY, HEALTHY), []);
    assert.deepEqual(between(HEALTHY, after), []);
  });

  for (const { what, after, there, back } of TABLE)
    it(`name ${what}, and its end`, () => {
      const other = change(HEALTHY, after);
      assert.deepEqual(between(HEALTHY, other), there);
      assert.deepEqual(between(other, HEALTHY), back);
    });

  it("of a lost node begin with the node, and end with the problems", () => {
    const found = between(HEALTHY, NODE_LOST);
    assert.equal(found[0], "node bad: node pool-b-x9qd is not ready");
    assert.equal(found[1], "broker bad: broker mq-1 left the cluster of brokers");
    assert.ok(found.includes("leader neutral: leaders of mail, orders: mq-1 → mq-0"));
    assert.ok(found.includes("queue bad: dead-letters, mail, orders, 1 more: 2 of 3 copies are online"));
    assert.match(found.at(-1) ?? "", /^problem bad/);
    assert.equal(found.filter((text) => text.includes("worker pool mail")).length, 1);
  });

  it("do not name a problem again whose figures have changed, but that of another node", () => {
    const silent = (name: string, silentSeconds: number) =>
      change(
        NODE_LOST,
        {},
        { nodes: NODE_LOST.facts.nodes.map((node) => ({ ...node, name, silentSeconds })) },
      );
    assert.deepEqual(between(silent("node-1", 70), silent("node-1", 75)), []);
    assert.equal(between(silent("node-1", 70), silent("node-2", 75)).length, 2);
  });

  it("do not take the silence of a broker for the end of its alarm", () => {
    const alarm = BROKEN.alarm ?? HEALTHY;
    const silent = change(alarm, { brokers: changedBroker(alarm, 1, { alarms: undefined }) });
    assert.deepEqual(between(alarm, silent), []);
  });

  it("compare with the last queues that were known, because leaders move while no broker answers", () => {
    const silent = change(HEALTHY, { queues: undefined });
    const moved = change(HEALTHY, { queues: changed(queues, "mail", { leader: "mq-2" }) });
    assert.deepEqual(between(HEALTHY, silent), ["queue bad: no broker reports its queues"]);
    assert.deepEqual(
      differences(statusOf(silent), statusOf(moved), queues).map(({ text }) => text),
      ["the brokers report their queues again", "leader of mail: mq-1 → mq-2"],
    );
  });
});
