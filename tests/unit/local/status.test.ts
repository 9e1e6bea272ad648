import assert from "node:assert/strict";
import { formatStatus, type Status } from "../../../local/status";

const status: Status = {
  cluster: "lab",
  kubeconfig: "/state/kubeconfig",
  nodes: [{ name: "node-1", ready: false, pods: ["broker-0 Running", "worker-a Pending"] }],
  workloads: [{ name: "broker", ready: 2, wanted: 3 }],
  drills: [],
  verdict: { tasks: 10, done: 8, lost: 0, waiting: 2, duplicated: 0, seconds: 1, workers: {} },
};

describe("make status", () => {
  it("shows nodes, pods, workloads and the command for more", () => {
    const text = formatStatus(status);
    assert.match(text, /^cluster lab$/m);
    assert.match(text, /node-1 +│ NO +│ broker-0 Running/);
    assert.match(text, /broker +│ 2 of 3/);
    assert.match(text, /kubectl --kubeconfig \/state\/kubeconfig get pods -A$/);
  });

  it("shows which brokers are outside the cluster, alarms, and the tasks in queues", () => {
    const brokers = {
      outside: ["broker-2"],
      alarms: ["memory alarm on broker-0"],
      queues: [
        { name: "tasks", messages: 5 },
        { name: "dead-letters", messages: 1 },
      ],
    };
    assert.match(
      formatStatus({ ...status, brokers }),
      /^not in the RabbitMQ cluster: broker-2\nmemory alarm on broker-0: it blocks all publishers\ntasks in queues: tasks 5, dead-letters 1$/m,
    );
    assert.match(
      formatStatus({ ...status, brokers: { outside: [], alarms: [], queues: [] } }),
      /2 of 3.*\n.*\ntasks in queues: none$/m,
    );
  });

  it("shows the age of dead letters", () => {
    const brokers = {
      outside: [],
      alarms: [],
      queues: [],
      deadLetters: { messages: 3, oldestSeconds: 7200 },
    };
    assert.match(
      formatStatus({ ...status, brokers }),
      /^3 dead letters, the oldest for 2 h: docs\/how-to\/troubleshooting/m,
    );
  });

  it("shows what a killed drill has left", () => {
    const drills = ["drill drain-1128101010 was killed and left: node node-1: cordoned"];
    assert.match(formatStatus({ ...status, drills }), /^drill drain-1128101010 was killed and left: node/m);
  });

  it("says that no broker answers", () => assert.match(formatStatus(status), /^no broker answers$/m));

  it("contains no escape codes", () => assert.ok(!formatStatus(status).includes("\u001b")));

  it("does not report unfinished tasks as lost", () => {
    assert.match(formatStatus(status), /^8 of 10 tasks done so far$/m);
    assert.doesNotMatch(formatStatus(status), /lost/);
  });

  it("shows the result of a finished run", () => {
    const finished = { tasks: 10, done: 10, lost: 0, waiting: 0, duplicated: 1, seconds: 1, workers: {} };
    assert.match(
      formatStatus({ ...status, verdict: finished }),
      /^10 of 10 tasks done, 0 lost, 1 duplicated$/m,
    );
  });
});
