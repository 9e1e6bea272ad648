import assert from "node:assert/strict";
import type { Brokers } from "../../../../operate/cluster/brokers";
import { findLeftovers, undoLeftovers } from "../../../../operate/drill/leftovers";
import { fakeCluster, notFound } from "../fakeCluster";

const DRAIN = "drain-1128101010";
const FREEZE = "freeze-1128111111";
const ALARM = "disk-alarm-1128121212";

const marked = (name: string, run: string, fault: string) => ({
  metadata: {
    name,
    annotations: { "ha-celery/drill-fault": JSON.stringify({ run, namespace: "shop", fault }) },
  },
});
const labelled = (run: string) => ({ metadata: { labels: { "ha-celery/drill": run } } });
const forbidden = () => {
  throw Object.assign(new Error("forbidden"), { code: 403 });
};

/** An installation in which three drills were killed, and the calls that undo them. */
function fixture(answers: Record<string, Record<string, () => unknown>> = {}) {
  const calls: string[] = [];
  const call = (name: string) => (request: { name?: string; labelSelector?: string }) =>
    void calls.push(`${name} ${request.name ?? request.labelSelector ?? ""}`);
  const none = () => ({ items: [] });
  const cluster = fakeCluster({
    core: {
      listNode: () => ({ items: [marked("one", DRAIN, "cordoned"), { metadata: { name: "two" } }] }),
      listNamespacedPod: ({ labelSelector }: { labelSelector?: string }) =>
        labelSelector
          ? { items: [labelled(DRAIN)] }
          : { items: [marked("mq-1", FREEZE, "processes stopped")] },
      listNamespace: () => ({
        items: [{ metadata: { ...labelled(FREEZE).metadata, name: `ha-celery-drill-${FREEZE}` } }],
      }),
      readNamespace: notFound,
      deleteNamespace: call("delete namespace"),
      patchNode: call("patch node"),
      patchNamespacedPod: call("patch pod"),
      deleteCollectionNamespacedPod: call("delete pods"),
      deleteCollectionNamespacedService: call("delete Services"),
      ...answers["core"],
    },
    apps: {
      listNamespacedDeployment: none,
      listNamespacedStatefulSet: none,
      deleteCollectionNamespacedDeployment: call("delete Deployments"),
    },
    batch: {
      listNamespacedJob: () => ({ items: [labelled(DRAIN)] }),
      deleteCollectionNamespacedJob: call("delete Jobs"),
    },
    networkPolicies: {
      listNamespacedNetworkPolicy: none,
      deleteCollectionNamespacedNetworkPolicy: call("delete NetworkPolicies"),
    },
    rbac: {
      listClusterRoleBinding: none,
      deleteCollectionClusterRoleBinding: call("delete ClusterRoleBindings"),
      ...answers["rbac"],
    },
  });
  const brokers = {
    namespace: "shop",
    vhost: "celery",
    members: async () => [
      { node: "rabbit@mq-0", running: true, alarms: ["disk"] },
      { node: "rabbit@mq-1", running: true, alarms: [] },
    ],
    list: async () => [0, 1].map((ordinal) => ({ node: `rabbit@mq-${ordinal}`, pod: `mq-${ordinal}` })),
    pods: async () => [
      { metadata: { name: "mq-0" }, status: { conditions: [{ type: "Ready", status: "True" }] } },
    ],
    queues: async () => [{ name: "tasks" }, { name: "drill-hall" }, { name: `drill-${DRAIN}` }],
    exec: async ({ pod }: { pod: string }, ...command: string[]) => {
      const expression = command.at(-1) ?? "";
      if (expression.includes("process_info")) return `<<"${ALARM}">>\n`;
      calls.push(`${pod}: ${expression.includes("set_disk_free_limit") ? "limit restored" : expression}`);
      return "";
    },
  } as unknown as Brokers;
  return { cluster, brokers, calls };
}

describe("what a killed drill has left", () => {
  it("is named by run, without queues and nodes of others", async () => {
    const { cluster, brokers } = fixture();
    assert.deepEqual(await findLeftovers(cluster, brokers), [
      { run: ALARM, items: ["broker mq-0: alarm"] },
      {
        run: DRAIN,
        items: [
          "node one: cordoned",
          `namespace shop: pods and jobs (ha-celery/drill=${DRAIN})`,
          `queue drill-${DRAIN}`,
        ],
      },
      {
        run: FREEZE,
        items: [`namespace ha-celery-drill-${FREEZE}: agents`, "pod mq-1: processes stopped"],
      },
    ]);
  });

  it("is undone, pods after the agents and the guard last, with a line for each item", async () => {
    const { cluster, brokers, calls } = fixture();
    const lines: string[] = [];
    const load = `ha-celery/drill=${DRAIN},ha-celery/drill-role!=guard`;
    const guard = `ha-celery/drill=${DRAIN},ha-celery/drill-role=guard`;
    await undoLeftovers(cluster, brokers, (text) => lines.push(text));
    assert.deepEqual(calls, [
      "mq-0: limit restored",
      "patch node one",
      `delete namespace ha-celery-drill-${FREEZE}`,
      "patch pod mq-1",
      `delete Jobs ${load}`,
      `delete Deployments ${load}`,
      `delete Services ${load}`,
      `delete NetworkPolicies ${load}`,
      `delete pods ${load}`,
      `delete ClusterRoleBindings ha-celery/drill=${DRAIN}`,
      `delete Jobs ${guard}`,
      `delete pods ${guard}`,
      `mq-0: drill-${DRAIN}`,
    ]);
    assert.equal(lines.length, 6);
    assert.equal(lines[1], `undone: node one: cordoned, left by drill ${DRAIN}`);
  });

  it("is undone for one run alone", async () => {
    const { cluster, brokers, calls } = fixture();
    await undoLeftovers(cluster, brokers, () => undefined, ALARM);
    assert.deepEqual(calls, ["mq-0: limit restored"]);
  });

  it("is found by users who may list neither namespaces nor ClusterRoleBindings", async () => {
    const { cluster, brokers } = fixture({
      core: { listNamespace: forbidden },
      rbac: { listClusterRoleBinding: forbidden },
    });
    assert.equal((await findLeftovers(cluster, brokers)).length, 3);
  });

  it("counts as undone if the drill's guard was faster", async () => {
    const unmarked = () => {
      throw Object.assign(new Error("test failed"), { code: 422 });
    };
    const { cluster, brokers } = fixture({ core: { patchNode: unmarked } });
    await undoLeftovers(cluster, brokers, () => undefined, DRAIN);
  });
});
