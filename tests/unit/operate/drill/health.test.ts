import assert from "node:assert/strict";
import type { Brokers } from "../../../../operate/cluster/brokers";
import { healthProblems } from "../../../../operate/drill/health";
import { fakeCluster } from "../fakeCluster";

describe("the health of an installation", () => {
  const node = (name: string, ready: string, unschedulable = false) => ({
    metadata: { name },
    spec: { unschedulable },
    status: { conditions: [{ type: "Ready", status: ready }] },
  });
  const pod = (ready: boolean, annotations = {}) => ({
    metadata: { name: "pod", annotations },
    status: { conditions: [{ type: "Ready", status: ready ? "True" : "False" }] },
  });
  const members = ["a", "b", "c"];
  const problemsOf = (
    nodes: object[],
    pods: object[],
    running: string[],
    online: string[],
    workers: object[],
    alarms: Record<string, string[]> = {},
  ) =>
    healthProblems(
      fakeCluster(
        {
          core: { listNode: () => ({ items: nodes }), listNamespacedPod: () => ({ items: pods }) },
          apps: {
            listNamespacedDeployment: () => ({ items: [] }),
            listNamespacedStatefulSet: () => ({ items: [] }),
          },
        },
        { pods: async () => workers },
      ),
      {
        namespace: "shop",
        replicas: 3,
        pods: async () => pods,
        members: async () =>
          members.map((node) => ({ node, running: running.includes(node), alarms: alarms[node] ?? [] })),
        queues: async () => [{ name: "tasks", members, online }],
      } as unknown as Brokers,
      [{ namespace: "shop", selector: "app=worker", replicas: 1 }],
    );

  it("has no problems when everything runs", async () => {
    const all = [pod(true), pod(true), pod(true)];
    assert.deepEqual(await problemsOf([node("one", "True")], all, members, members, [pod(true)]), []);
  });

  it("names what a drill has changed", async () => {
    const fault = (namespace: string) =>
      pod(true, {
        "ha-celery/drill-fault": JSON.stringify({ run: "partition-1", namespace, fault: "packet filter" }),
      });
    const pods = [fault("shop"), fault("another"), pod(true)];
    assert.deepEqual(await problemsOf([node("one", "True")], pods, members, members, [pod(true)]), [
      "pod pod: packet filter by drill partition-1",
    ]);
  });

  it("names every problem", async () => {
    const nodes = [node("one", "Unknown"), node("two", "True", true)];
    const alarms = { a: ["memory"] };
    assert.deepEqual(
      await problemsOf(nodes, [pod(true), pod(false)], ["a", "b"], ["a", "b"], [pod(false)], alarms),
      [
        "node one is not ready or is cordoned",
        "node two is not ready or is cordoned",
        "1 of 3 broker pods are ready",
        "2 of 3 broker nodes are running",
        "memory alarm on a, which blocks all publishers",
        "queue tasks has 2 of 3 members online (3 in total)",
        "0 of 1 workers are ready (app=worker)",
      ],
    );
  });
});
