import assert from "node:assert/strict";
import { isReady, type KubernetesNode, type Lease } from "../../../../local/cluster/readiness";

const name = "ha-celery-lab-node-1";
const startedAt = new Date("2026-01-01T00:00:10Z");
const container = { name, startedAt, status: "running" as const };
const fresh: Lease = { metadata: { name }, spec: { renewTime: "2026-01-01T00:00:11.000000Z" } };
const node: KubernetesNode = {
  metadata: { name },
  spec: {},
  status: { conditions: [{ type: "Ready", status: "True" }] },
};

describe("a node of a local cluster", () => {
  it("is ready if Kubernetes says so and its heartbeat is newer than its container", () => {
    assert.ok(isReady(name, [node], [fresh], [container]));
  });

  it("is not ready with a heartbeat from before a restart", () => {
    const stale = { ...fresh, spec: { renewTime: "2026-01-01T00:00:09.000000Z" } };
    assert.ok(!isReady(name, [node], [stale], [container]));
  });

  it("is not ready without a lease, a running container or a Node object", () => {
    assert.ok(!isReady(name, [node], [], [container]));
    assert.ok(!isReady(name, [node], [fresh], [{ ...container, status: "exited" }]));
    assert.ok(!isReady(name, [], [fresh], [container]));
  });

  it("is not ready while a not-ready or unreachable taint keeps pods away", () => {
    const tainted = { ...node, spec: { taints: [{ key: "node.kubernetes.io/not-ready" }] } };
    assert.ok(!isReady(name, [tainted], [fresh], [container]));
  });

  it("is ready while it is cordoned", () => {
    const cordoned = { ...node, spec: { taints: [{ key: "node.kubernetes.io/unschedulable" }] } };
    assert.ok(isReady(name, [cordoned], [fresh], [container]));
  });
});
