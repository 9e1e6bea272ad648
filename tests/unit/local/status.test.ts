import assert from "node:assert/strict";
import { exitCodeOf, formatStatus, type Status } from "../../../local/status";

const status: Status = {
  cluster: "lab",
  kubeconfig: "/state/kubeconfig",
  installation: {
    ...{ context: "ha-celery-lab", namespace: "celery", name: "broker" },
    problems: [{ text: "node node-1 is cordoned", cure: "kubectl uncordon node-1" }],
    nodes: [{ name: "node-1", ready: true, cordoned: true, pods: ["broker-0", "worker-a"] }],
    brokers: [],
    queues: undefined,
    delayed: undefined,
    workloads: [],
  },
  drilling: false,
  verdict: { tasks: 10, done: 8, lost: 0, waiting: 2, duplicated: 0, seconds: 1, workers: {} },
};

describe("make status", () => {
  it("shows the status of the installation and the command for more", () => {
    const text = formatStatus(status);
    assert.match(text, /^cluster lab\ncelery\/broker in the cluster of context ha-celery-lab: 1 problem\n/);
    assert.match(text, /node-1 +│ yes, cordoned │ broker-0/);
    assert.match(text, /kubectl --kubeconfig \/state\/kubeconfig get pods -A$/);
  });

  it("says that nothing is deployed, and that a drill is running", () => {
    assert.match(formatStatus({ ...status, installation: undefined }), /^cluster lab\nnothing is deployed$/m);
    assert.match(formatStatus({ ...status, drilling: true }), /^a drill is running, or was killed/m);
    assert.doesNotMatch(formatStatus(status), /drill/);
  });

  it("exits as ha-celery status does", () => {
    const healthy = status.installation && { ...status.installation, problems: [] };
    const codes = [status.installation, healthy, undefined].map((installation) =>
      exitCodeOf({ installation }),
    );
    assert.deepEqual(codes, [1, 0, 2]);
  });

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
