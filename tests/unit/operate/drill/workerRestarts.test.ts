import assert from "node:assert/strict";
import { WorkerRestarts } from "../../../../operate/drill/workerRestarts";
import { fakeCluster } from "../fakeCluster";

const pod = (name: string, restartCount: number) => ({
  metadata: { name },
  status: { containerStatuses: [{ restartCount }] },
});

describe("broken workers", () => {
  it("are those whose pod is gone or whose container has restarted, but not new ones", async () => {
    let pods = [pod("a", 0), pod("b", 1), pod("c", 0)];
    const cluster = fakeCluster({}, { pods: async () => pods });
    const restarts = new WorkerRestarts(cluster, { namespace: "shop", workerSelector: "app=worker" });
    await restarts.recordBeforeFault();
    assert.deepEqual(await restarts.brokenWorkers(), []);
    pods = [pod("a", 0), pod("b", 2), pod("d", 0)];
    assert.deepEqual(await restarts.brokenWorkers(), ["celery@b", "celery@c"]);
  });
});
