import assert from "node:assert/strict";
import type { V1Pod } from "@kubernetes/client-node";
import { colorsFor } from "../../../../operate/colors";
import { formatStatus } from "../../../../operate/status/format";
import type { BrokerStatus, InstallationStatus } from "../../../../operate/status/model";
import { nodeStatus, reasonsOf, workloadStatus } from "../../../../operate/status/read";

const STATUS: InstallationStatus = {
  context: "prod",
  namespace: "shop",
  name: "mq",
  problems: [],
  nodes: [{ name: "node-0", ready: true, cordoned: true, pods: ["mq-0"] }],
  brokers: [
    {
      pod: "mq-0",
      kubernetesNode: "node-0",
      ready: true,
      member: false,
      leads: 2,
      memory: { bytes: 150 * 1024 ** 2, limit: 600 * 1024 ** 2 },
    },
  ],
  queues: [
    {
      ...{ name: "tasks", leader: "mq-0", ready: 7, unacknowledged: 4, consumers: 3, online: 2, copies: 3 },
      ...{ oldestSeconds: 150, rates: { seconds: 20, in: 2.04, out: 1.96 }, returning: 0 },
    },
  ],
  delayed: 5,
  workloads: [
    {
      kind: "worker pool",
      name: "default",
      ready: 2,
      wanted: 3,
      queues: ["tasks"],
      unready: [],
      reasons: [],
      processes: [
        {
          ...{ pod: "w-1", runningSeconds: 90, answers: true, consuming: true },
          ...{ slots: 2, busy: 2, prefetched: 6, celery: "5.7.1" },
        },
        {
          ...{ pod: "w-2", runningSeconds: 90, answers: true, consuming: true },
          ...{ slots: 2, busy: 1, prefetched: 0, celery: "5.7.1" },
        },
      ],
    },
    {
      ...{
        kind: "beat",
        name: "clock",
        ready: 1,
        wanted: 1,
        queues: [],
        unready: [],
        reasons: [],
        processes: [],
      },
      beat: { answers: true, lastTickSeconds: 3.2, overdue: 0 },
    },
  ],
};
const PLAIN = colorsFor({}, {});

describe("the status", () => {
  it("says first that all is well", () => {
    assert.match(formatStatus(STATUS, PLAIN), /^shop\/mq in the cluster of context prod: healthy\n/);
  });

  it("says first what is wrong, and its fix", () => {
    const problems = [{ text: "node-0 is cordoned", cure: "kubectl uncordon node-0" }];
    assert.match(
      formatStatus({ ...STATUS, problems }, PLAIN),
      /^shop\/mq in the cluster of context prod: 1 problem\n- node-0 is cordoned\n {4}kubectl uncordon node-0\n/,
    );
  });

  it("shows nodes, brokers, workers, and queues", () => {
    const text = formatStatus(STATUS, PLAIN);
    for (const row of [
      /node-0 +│ yes, cordoned │ mq-0/,
      /mq-0 +│ node-0 │ yes +│ NO +│ 2 +│ 150 MiB, of 600 │ unknown +│ none/,
      /default +│ worker pool │ 2 of 3 │ 3 of 4 +│ 6 +│ 5\.7\.1 +│ tasks/,
      /clock +│ beat +│ 1 of 1 │ - +│ - +│ - +│ last tick 3 s ago, 0 overdue/,
      /tasks │ 7 +│ 2 min +│ 4 +│ 0 +│ 3 +│ 2\.0 +│ 2\.0 +│ 2 of 3/,
      /delayed tasks: 5/,
    ])
      assert.match(text, row);
  });

  it("shows versions, feature flags, and the certificate's days", () => {
    const brokers = ["4.3.6", "4.3.6"].map((version) => ({ ...STATUS.brokers[0], version }) as BrokerStatus);
    const certificate = { expires: "2027-01-31T00:00:00.000Z", days: 63 };
    const show = (disabledFeatureFlags: string[]) =>
      formatStatus({ ...STATUS, brokers, disabledFeatureFlags, certificate }, PLAIN);
    assert.match(
      show([]),
      /\nRabbitMQ: 4\.3\.6\nfeature flags: all stable ones are enabled\ncertificate: 63 days left$/,
    );
    assert.match(
      show(["tracking_records_in_ets"]),
      /\nfeature flags: not enabled: tracking_records_in_ets\n/,
    );
  });

  it("says if no broker answers", () => {
    const text = formatStatus({ ...STATUS, queues: undefined, delayed: undefined }, PLAIN);
    assert.match(text, /no broker reports its queues$/);
  });
});

describe("the pods of a node", () => {
  it("do not include those that have ended", () => {
    const pod = (name: string, phase: string) => ({
      metadata: { name },
      spec: { nodeName: "node-0", containers: [] },
      status: { phase },
    });
    const pods = [pod("mq-0", "Running"), pod("schedule", "Succeeded"), pod("old", "Failed")];
    assert.deepEqual(nodeStatus({ metadata: { name: "node-0" } }, pods).pods, ["mq-0"]);
  });
});

describe("the status of a worker pool", () => {
  const labels = { pool: "mail" };
  const deployment = {
    metadata: { name: "mail", labels: { "app.kubernetes.io/name": "celery-worker" } },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: {
        spec: { containers: [{ name: "worker", env: [{ name: "HA_CELERY_QUEUES", value: "mail,tasks" }] }] },
      },
    },
    status: {
      readyReplicas: 1,
      conditions: [{ type: "Progressing", status: "False", message: "it has timed out progressing" }],
    },
  };
  const pod = (name: string, ready: boolean, waiting?: string, own = labels) =>
    ({
      metadata: { name, labels: own },
      status: {
        conditions: [{ type: "Ready", status: ready ? "True" : "False" }],
        containerStatuses: waiting ? [{ state: { waiting: { reason: waiting } } }] : [],
      },
    }) as unknown as V1Pod;

  it("names the pods that are not ready, and why", () => {
    const pods = [
      pod("mail-1", true),
      pod("mail-2", false, "ImagePullBackOff"),
      pod("other", false, "CrashLoopBackOff", { pool: "other" }),
    ];
    assert.deepEqual(workloadStatus(deployment, pods), {
      kind: "worker pool",
      name: "mail",
      ready: 1,
      wanted: 2,
      queues: ["mail", "tasks"],
      unready: ["mail-2"],
      reasons: ["ImagePullBackOff", "it has timed out progressing"],
      processes: [],
    });
  });
});

describe("why a pod does not run", () => {
  it("is what its containers wait for, with the end of the last attempt", () => {
    const status = {
      containerStatuses: [
        {
          state: { waiting: { reason: "CrashLoopBackOff" } },
          lastState: { terminated: { reason: "Error", exitCode: 1 } },
        },
      ],
      initContainerStatuses: [{ state: { waiting: { reason: "PodInitializing" } } }],
    };
    assert.deepEqual(reasonsOf({ status } as Parameters<typeof reasonsOf>[0]), [
      "CrashLoopBackOff (Error, exit code 1)",
    ]);
  });

  it("is that no node has room", () => {
    const conditions = [{ type: "PodScheduled", status: "False", message: "0/3 nodes are available" }];
    assert.deepEqual(reasonsOf({ status: { conditions } }), ["0/3 nodes are available"]);
  });
});
