import assert from "node:assert/strict";
import { Fault, findMarked, MARK, markPatch, unmarkPatch } from "../../../../../operate/drill/guard/marks";
import { fakeCluster } from "../../fakeCluster";

const PATH = "/metadata/annotations/ha-celery~1drill-fault";
const cordoned = { run: "drain-1", namespace: "shop", fault: Fault.Cordoned };
const former = { "/spec/unschedulable": false };

describe("the mark of an object that a drill has changed", () => {
  it("is set in the same request as the change", () => {
    const change = [{ op: "add", path: "/spec/unschedulable", value: true }] as const;
    assert.deepEqual(markPatch({ annotations: {} }, cordoned, change), [
      { op: "add", path: PATH, value: '{"run":"drain-1","namespace":"shop","fault":"cordoned"}' },
      ...change,
    ]);
    assert.deepEqual(markPatch({}, cordoned)[0], { op: "add", path: "/metadata/annotations", value: {} });
  });

  it("is removed with the change, and only if it is that of the same run", () => {
    const mark = { ...cordoned, former };
    assert.deepEqual(unmarkPatch(mark), [
      { op: "test", path: PATH, value: JSON.stringify(mark) },
      { op: "remove", path: PATH },
      { op: "add", path: "/spec/unschedulable", value: false },
    ]);
    assert.deepEqual(unmarkPatch({ ...cordoned, fault: Fault.Stopped }).length, 2);
  });

  it("is found on nodes, Deployments, StatefulSets, and pods of the installation, not on those of another one", async () => {
    const object = (name: string, namespace: string) => ({
      metadata: { name, annotations: { [MARK]: JSON.stringify({ ...cordoned, namespace }) } },
    });
    const cluster = fakeCluster({
      core: {
        listNode: () => ({ items: [object("one", "shop"), object("two", "other"), { metadata: {} }] }),
        listNamespacedPod: () => ({ items: [object("mq-0", "shop")] }),
      },
      apps: {
        listNamespacedDeployment: () => ({ items: [object("workers", "shop")] }),
        listNamespacedStatefulSet: () => ({ items: [object("mq", "shop")] }),
      },
    });
    const found = await findMarked(cluster, "shop");
    assert.deepEqual(
      found.map(({ kind, name }) => `${kind} ${name}`),
      ["node one", "deployment workers", "statefulset mq", "pod mq-0"],
    );
  });
});
