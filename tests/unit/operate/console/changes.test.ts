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
import { MEMBERS } from "../healthy";

const { observed } = HEALTHY;
const queues = observed.queues ?? [];

const between = (before: Installation, after: Installation): string[] =>
  differences(statusOf(before), statusOf(after)).map(({ about, mood, text }) => `${about} ${mood}: ${text}`);

/** What changes in a healthy installation, the difference of it, and that of the way back. */
const TABLE: { what: string; after: Partial<Installation["observed"]>; there: string[]; back: string[] }[] = [
  {
    what: "a cordoned node",
    after: { nodes: changed(observed.nodes, "pool-a-7f2k", { cordoned: true }) },
    there: ["node bad: node pool-a-7f2k was cordoned"],
    back: ["node good: node pool-a-7f2k was uncordoned"],
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
    there: ["worker pool neutral: worker pool mail was scaled from 3 to 5"],
    back: ["worker pool neutral: worker pool mail was scaled from 5 to 3"],
  },
  {
    what: "a pool that loses pods",
    after: { workloads: changed(observed.workloads, "mail", { ready: 1 }) },
    there: ["worker pool bad: worker pool mail: 1 of 3 pods are ready"],
    back: ["worker pool good: worker pool mail: all 3 pods are ready"],
  },
  {
    what: "a pool that is removed",
    after: { workloads: observed.workloads.filter(({ name }) => name !== "beat") },
    there: ["beat neutral: beat beat was removed"],
    back: ["beat neutral: beat beat was added"],
  },
  {
    what: "a pool whose pods crash, with the reason",
    after: {
      workloads: changed(observed.workloads, "mail", { ready: 1, reasons: ["CrashLoopBackOff (Error)"] }),
    },
    there: [
      "worker pool bad: worker pool mail: 1 of 3 pods are ready",
      "problem bad: worker pool mail: 1 of 3 pods are ready: CrashLoopBackOff (Error)",
    ],
    back: [
      "worker pool good: worker pool mail: all 3 pods are ready",
      "problem good: solved: worker pool mail: 1 of 3 pods are ready: CrashLoopBackOff (Error)",
    ],
  },
  {
    what: "a certificate that is about to expire, without the days that are left",
    after: { certificate: { expires: "2026-12-09T12:00:00.000Z", days: 9 } },
    there: ["problem bad: the certificate of the brokers expires on 2026-12-09T12:00:00.000Z"],
    back: ["problem good: solved: the certificate of the brokers expires on 2026-12-09T12:00:00.000Z"],
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

  it("of a lost node begin with the node, and tell each thing once", () => {
    const found = between(HEALTHY, NODE_LOST);
    assert.equal(found[0], "node bad: node pool-b-x9qd is not ready");
    assert.equal(found[1], "broker bad: broker mq-1 left the cluster of brokers");
    assert.ok(found.includes("leader neutral: leaders of mail, orders: mq-1 → mq-0"));
    assert.ok(found.includes("queue bad: dead-letters, mail, orders, 1 more: 2 of 3 copies are online"));
    assert.equal(found.at(-1), "worker pool bad: worker pool orders: 3 of 4 pods are ready");
    assert.equal(found.filter((text) => text.includes("worker pool mail")).length, 1);
    const back = between(NODE_LOST, HEALTHY);
    assert.deepEqual(
      back.filter((text) => text.includes("solved")),
      [],
    );
    assert.equal(back.at(-1), "worker pool good: worker pool orders: all 4 pods are ready");
  });

  it("do not name a problem again whose figures or reasons have changed, but that of another broker", () => {
    const ticked = (lastTickSeconds: number) =>
      change(HEALTHY, {
        workloads: changed(observed.workloads, "beat", { beat: { answers: true, lastTickSeconds } }),
      });
    assert.deepEqual(between(ticked(70), ticked(75)), []);
    assert.deepEqual(between(HEALTHY, ticked(70)), ["problem bad: beat beat has not ticked"]);
    const crashing = (...reasons: string[]) =>
      change(HEALTHY, { workloads: changed(observed.workloads, "mail", { ready: 0, reasons }) });
    assert.deepEqual(between(crashing(), crashing("CrashLoopBackOff")), []);
    const split = (ordinal: number) => {
      const views = MEMBERS.map((of, index) => {
        const own = MEMBERS.filter((_, each) => (each === ordinal) === (index === ordinal));
        return { of, members: own, running: own };
      });
      return change(HEALTHY, {}, { views });
    };
    assert.deepEqual(between(split(1), split(2)), [
      "problem bad: mq-2 runs as a separate cluster",
      "problem good: solved: mq-1 runs as a separate cluster",
    ]);
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
