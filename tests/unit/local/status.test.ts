import assert from "node:assert/strict";
import { formatStatus, type Status } from "../../../local/status";

const status: Status = {
  cluster: "lab",
  kubeconfig: "/state/kubeconfig",
  nodes: [{ name: "node-1", ready: false, pods: ["broker-0 Running", "worker-a Pending"] }],
  workloads: [{ name: "broker", ready: 2, wanted: 3 }],
  verdict: { tasks: 10, done: 8, lost: 2, duplicated: 0, seconds: 1, workers: {} },
};

describe("make status", () => {
  it("shows nodes, pods, workloads and the command for more", () => {
    const text = formatStatus(status);
    assert.match(text, /^cluster lab$/m);
    assert.match(text, /node-1 +│ NO +│ broker-0 Running/);
    assert.match(text, /broker +│ 2 of 3/);
    assert.match(text, /kubectl --kubeconfig \/state\/kubeconfig get pods -A$/);
  });

  it("contains no escape codes", () => assert.ok(!formatStatus(status).includes("\u001b")));

  it("does not report unfinished tasks as lost", () => {
    assert.match(formatStatus(status), /^8 of 10 tasks done so far$/m);
    assert.doesNotMatch(formatStatus(status), /lost/);
  });

  it("shows the result of a finished run", () => {
    const finished = { tasks: 10, done: 10, lost: 0, duplicated: 1, seconds: 1, workers: {} };
    assert.match(
      formatStatus({ ...status, verdict: finished }),
      /^10 of 10 tasks done, 0 lost, 1 duplicated$/m,
    );
  });
});
