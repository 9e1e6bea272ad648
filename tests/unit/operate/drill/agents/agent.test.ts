import assert from "node:assert/strict";
import { Agents } from "../../../../../operate/drill/agents/agent";
import type { DeadMansSwitch } from "../../../../../operate/drill/guard/guard";
import { fakeCluster, notFound } from "../../fakeCluster";

/** Agents of a drill, and the names of the objects that are created and deleted for them. */
function fixture(
  answers: Record<string, (...args: never[]) => unknown> = {},
  imagePullSecrets?: { name: string }[],
) {
  const calls: string[] = [];
  const call =
    (verb: string) =>
    ({ name, body }: { name?: string; body?: { metadata: { name: string } } }) =>
      void calls.push(`${verb} ${name ?? body?.metadata.name}`);
  const core = {
    createNamespace: call("create"),
    createNamespacedPod: call("create"),
    patchNamespacedPod: call("patch"),
    readNamespacedPod: () => ({ status: { containerStatuses: [{ state: { running: {} } }] } }),
    deleteNamespace: call("delete"),
    readNamespace: () => Promise.reject(Object.assign(new Error("gone"), { code: 404 })),
    readNamespacedSecret: ({ name }: { name: string }) =>
      name === "pull" ? { type: "kubernetes.io/dockerconfigjson", data: { key: "value" } } : notFound(),
    createNamespacedSecret: ({ namespace, body }: { namespace: string; body: object }) =>
      void calls.push(`create ${namespace} ${JSON.stringify(body)}`),
    ...answers,
  };
  const cluster = fakeCluster({ core }, { exec: async () => "" });
  const spec = { run: "freeze-1", namespace: "shop", image: "rabbitmq@sha256:1", imagePullSecrets };
  const guard: DeadMansSwitch = {
    arm: async ({ request: { method, path } }) => {
      calls.push(`arm ${method} ${path}`);
      return async () => void calls.push(`disarm ${method} ${path}`);
    },
  };
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

  it("may be started again if their namespace could not be created, which is deleted in any case", async () => {
    let attempts = 0;
    const { agents, calls } = fixture({
      createNamespace: () => {
        if (++attempts === 1) throw new Error("no answer");
      },
    });
    await assert.rejects(agents.open(["one"]), /no answer/);
    await agents.open(["one"]);
    await agents.close();
    assert.equal(attempts, 2);
    assert.deepEqual(calls.slice(-2), ["create agent-freeze-1-one", "delete ha-celery-drill-freeze-1"]);
  });

  it("arm the guard for a change, and disarm it once the change is undone", async () => {
    const { agents, calls } = fixture();
    const pod = { metadata: { name: "mq-0", namespace: "shop" }, spec: { nodeName: "one", containers: [] } };
    await agents.change(pod, { fault: "processes stopped", apply: "kill", undo: "continue" });
    const began = calls.length;
    await agents.revert(pod, "processes stopped");
    await agents.revert(pod, "processes stopped");
    const path = "PATCH /api/v1/namespaces/shop/pods/mq-0";
    assert.deepEqual(calls.slice(began - 2), [
      `arm ${path}`,
      "patch mq-0",
      "patch mq-0",
      `disarm ${path}`,
      "patch mq-0",
    ]);
  });

  it("have the brokers' pull secrets that exist", async () => {
    const { agents, calls } = fixture({}, [{ name: "pull" }, { name: "gone" }]);
    await agents.open(["one"]);
    const secret =
      '{"metadata":{"name":"pull"},"type":"kubernetes.io/dockerconfigjson","data":{"key":"value"}}';
    assert.deepEqual(
      calls.filter((each) => each.includes("{")),
      [`create ha-celery-drill-freeze-1 ${secret}`],
    );
  });

  it("start without the pull secrets that the user may not read", async () => {
    const forbidden = () => Promise.reject(Object.assign(new Error("secrets is forbidden"), { code: 403 }));
    const { agents, calls } = fixture({ readNamespacedSecret: forbidden }, [{ name: "pull" }]);
    await agents.open(["one"]);
    assert.deepEqual(calls.slice(-1), ["create agent-freeze-1-one"]);
  });

  it("need no permission for namespaces in a drill without agents", async () => {
    const { agents, calls } = fixture();
    await agents.close();
    assert.deepEqual(calls, []);
  });
});
