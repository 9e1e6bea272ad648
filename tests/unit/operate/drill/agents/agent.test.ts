import assert from "node:assert/strict";
import { Agents } from "../../../../../operate/drill/agents/agent";
import { fakeCluster } from "../../fakeCluster";

/** Agents of a drill, and the names of the objects that are created and deleted for them. */
function fixture() {
  const calls: string[] = [];
  const call =
    (verb: string) =>
    ({ name, body }: { name?: string; body?: { metadata: { name: string } } }) =>
      void calls.push(`${verb} ${name ?? body?.metadata.name}`);
  const cluster = fakeCluster({
    core: {
      createNamespace: call("create"),
      createNamespacedPod: call("create"),
      readNamespacedPod: () => ({ status: { containerStatuses: [{ state: { running: {} } }] } }),
      deleteNamespace: call("delete"),
      readNamespace: () => Promise.reject(Object.assign(new Error("gone"), { code: 404 })),
    },
  });
  const spec = { run: "freeze-1", namespace: "shop", image: "rabbitmq@sha256:1" };
  const guard = { arm: async ({ request }: { request: { method: string; path: string } }) => arm(request) };
  const arm = ({ method, path }: { method: string; path: string }) =>
    void calls.push(`arm ${method} ${path}`);
  return { agents: new Agents(cluster, spec, guard), calls };
}

describe("the agents of a drill", () => {
  it("are one per node, in a namespace that the guard or the command deletes", async () => {
    const { agents, calls } = fixture();
    await agents.open(["one", "two", "one"]);
    await agents.open(["two"]);
    await agents.close();
    assert.deepEqual(calls, [
      "create ha-celery-drill-freeze-1",
      "arm DELETE /api/v1/namespaces/ha-celery-drill-freeze-1",
      "create agent-freeze-1-one",
      "create agent-freeze-1-two",
      "delete ha-celery-drill-freeze-1",
    ]);
  });

  it("need no permission for namespaces in a drill without agents", async () => {
    const { agents, calls } = fixture();
    await agents.close();
    assert.deepEqual(calls, []);
  });
});
