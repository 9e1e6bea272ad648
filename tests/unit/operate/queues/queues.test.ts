import assert from "node:assert/strict";
import type { V1Deployment } from "@kubernetes/client-node";
import { checkPurge } from "../../../../operate/queues/purge";
import type { QueueCounts, QueueStatistics } from "../../../../operate/cluster/brokers";
import { detailsOf } from "../../../../operate/queues/details";
import { formatQueue, formatQueues } from "../../../../operate/queues/format";
import { peekScript } from "../../../../operate/queues/peek";
import { type Rates, readQueues } from "../../../../operate/queues/read";

const QUEUE: QueueCounts = {
  name: "mail",
  leader: "rabbit@mq-1.mq-nodes.shop.svc.cluster.local",
  members: ["rabbit@mq-0.x", "rabbit@mq-1.x", "rabbit@mq-2.x"],
  online: ["rabbit@mq-1.x", "rabbit@mq-2.x"],
  messages: 10,
  unacknowledged: 3,
};
const STATISTICS: QueueStatistics = { name: "mail", consumers: 4, returning: 2 };

describe("the list of queues", () => {
  const queues = async () => [
    { ...QUEUE, name: "tasks" },
    QUEUE,
    { ...QUEUE, name: "celery_delayed_3", messages: 5 },
    { ...QUEUE, name: "celery_delayed_0", messages: 2 },
  ];

  it("has counts and statistics, and sums up what is delayed", async () => {
    const found = await readQueues({ queues, statistics: async () => [STATISTICS] });
    assert.equal(found.delayed, 7);
    assert.deepEqual(
      found.queues.map(({ name }) => name),
      ["mail", "tasks"],
    );
    assert.deepEqual(found.queues[0], {
      name: "mail",
      ready: 5,
      unacknowledged: 3,
      returning: 2,
      consumers: 4,
      online: 2,
      copies: 3,
      leader: "mq-1",
    });
    assert.match(formatQueues(found), /│ mail +│ 5 +│ 3 +│ 2 +│ 4 +│ 2 of 3 +│ mq-1 +│ - +│ - +│/);
  });

  it("waits for a broker that answers late", async () => {
    const late = async (seconds = 3) => {
      if (seconds <= 3) throw new Error("no answer before the timeout");
      return queues();
    };
    const found = await readQueues({ queues: late, statistics: async () => [STATISTICS] });
    assert.equal(found.queues.length, 2);
  });

  it("says what is unknown if there are no statistics", async () => {
    const statistics = () => Promise.reject(new Error("no answer"));
    const found = await readQueues({ queues, statistics });
    assert.equal(found.queues[0]?.consumers, undefined);
    assert.match(formatQueues(found), /│ mail +│ 7 +│ 3 +│ unknown +│ unknown +│ 2 of 3 +│/);
  });
});

describe("one queue", () => {
  it("names the pods of its consumers and the copies that are offline", () => {
    const details = detailsOf(
      {
        ...QUEUE,
        messages_ready: 5,
        policy: "tasks",
        delivery_limit: 20,
        consumer_details: [
          { channel_details: { peer_host: "10.0.0.7" }, prefetch_count: 8, active: true },
          { channel_details: { peer_host: "10.9.9.9" }, prefetch_count: 8, active: true },
        ],
      },
      [{ metadata: { name: "mail-workers-x" }, status: { podIP: "10.0.0.7" } }],
    );
    const text = formatQueue(details);
    assert.match(text, /^copies +mq-0 \(OFFLINE\), mq-1, mq-2$/m);
    assert.match(text, /^consumers +mail-workers-x, prefetch 8\n +10\.9\.9\.9, prefetch 8$/m);
  });

  it("has the rates that were measured, or the reason why there are none", () => {
    const details = detailsOf(QUEUE, []);
    const perSecond = (more: Rates) => /^per second +(.*)$/m.exec(formatQueue({ ...details, ...more }))?.[1];
    assert.equal(perSecond({ ratesUnknown: "no worker pool reads it" }), "unknown: no worker pool reads it");
    assert.equal(
      perSecond({ rates: { seconds: 2.4, out: 3.14 } }),
      "3.1 out, over 2 s; for what goes in: --over 20s",
    );
    assert.equal(perSecond({ rates: { seconds: 20, out: 3.14, in: 0 } }), "0.0 in, 3.1 out, over 20 s");
  });

  it("says what is unknown until its leader has reported", () => {
    const text = formatQueue(detailsOf(QUEUE, []));
    for (const label of ["ready", "unacknowledged", "returning", "bytes"])
      assert.match(text, new RegExp(`^${label} +unknown$`, "m"));
  });
});

describe("a purge of a queue", () => {
  const pool = {
    spec: {
      template: {
        spec: { containers: [{ name: "worker", env: [{ name: "HA_CELERY_QUEUES", value: "mail,eu" }] }] },
      },
    },
  } as V1Deployment;
  const installation = { namespace: "shop", name: "mq", protected: false, pools: [pool] };

  it("is refused for what only a mistake would delete", () => {
    checkPurge("mail", installation, {});
    assert.throws(() => checkPurge("dead-letters", installation, { otherQueue: true }), {
      name: "UsageError",
      message: /Purge it with: npx ha-celery dead-letters purge$/,
    });
    assert.throws(() => checkPurge("audit", installation, {}), {
      name: "UsageError",
      message:
        "audit is a queue of no worker pool (queues of pools: mail, eu). To purge it anyway: --other-queue",
    });
    checkPurge("audit", installation, { otherQueue: true });
  });

  it("needs another consent if the installation is protected", () => {
    const guarded = { ...installation, protected: true };
    assert.throws(() => checkPurge("mail", guarded, {}), /shop\/mq is protected .* --allow-protected$/);
    checkPurge("mail", guarded, { allowProtected: true });
  });
});

describe("the script that reads waiting tasks", () => {
  it("contains names as bytes, so that none can end it", () => {
    const script = peekScript("/", 'a">>, halt().', 3);
    assert.doesNotMatch(script, /halt/);
    assert.match(script, /{resource, <<47>>, queue, <<97,34,62,62,/);
    assert.match(script, /lists:seq\(1, 3\)/);
  });
});
