import assert from "node:assert/strict";
import type { V1Lease } from "@kubernetes/client-node";
import type { Brokers } from "../../../../operate/cluster/brokers";
import { findInstallation } from "../../../../operate/cluster/installation";
import { DrillLease } from "../../../../operate/drill/lease";
import { healthProblems } from "../../../../operate/drill/health";
import { UndoStack } from "../../../../operate/drill/undoStack";
import { NonRetryableError, until } from "../../../../operate/waiting";
import { fakeCluster, notFound } from "./fakeCluster";

const signal = new AbortController().signal;

describe("undoing a drill", () => {
  it("runs in reverse order, once, and continues past failures", async () => {
    const [done, said]: [string[], string[]] = [[], []];
    const undoStack = new UndoStack((text) => said.push(text));
    undoStack.push("first", async () => void done.push("first"));
    undoStack.push("second", async () => {
      done.push("second");
      throw new Error("no answer");
    });
    undoStack.push("third", async () => void done.push("third"));
    assert.deepEqual(await undoStack.undoAll(), ["second: no answer"]);
    assert.deepEqual(done, ["third", "second", "first"]);
    assert.deepEqual(said, ["third", "first"]);
    assert.deepEqual(await undoStack.undoAll(), []);
    assert.equal(done.length, 3);
  });
});

describe("waiting", () => {
  it("counts an error as false", async () => {
    let asked = 0;
    await until("it is so", 5, signal, async () => {
      if (++asked === 1) throw new Error("not yet");
      return true;
    });
    assert.equal(asked, 2);
  });

  it("names in its error what it waited for", async () => {
    await assert.rejects(
      until("the sun rises", 0, signal, async () => false),
      /timed out after 0 s waiting until the sun rises/,
    );
  });

  it("ends immediately with a NonRetryableError, and when it is aborted", async () => {
    const failing = until("x", 60, signal, async () => {
      throw new NonRetryableError("the publisher failed");
    });
    await assert.rejects(failing, /the publisher failed/);
    const ending = new AbortController();
    const waiting = until("x", 60, ending.signal, async () => false);
    ending.abort();
    await assert.rejects(waiting, { name: "AbortError" });
  });
});

describe("the lease of a drill", () => {
  const lease = (renewTime: Date): V1Lease => ({
    metadata: { resourceVersion: "7" },
    spec: { holderIdentity: "ann@laptop/drain-1", renewTime: renewTime as never },
  });

  it("is refused while another drill holds it, and the error names the holder", async () => {
    const cluster = fakeCluster({ coordination: { readNamespacedLease: () => lease(new Date()) } });
    await assert.rejects(
      new DrillLease(cluster, "shop", "drain-2").take(),
      /Another drill runs in namespace shop: ann@laptop\/drain-1/,
    );
  });

  it("is taken over when it has expired, unless it has changed since it was read", async () => {
    let body: V1Lease | undefined;
    const cluster = fakeCluster({
      coordination: {
        readNamespacedLease: () => lease(new Date(Date.now() - 61_000)),
        replaceNamespacedLease: (request: { body: V1Lease }) => (body = request.body),
        deleteNamespacedLease: () => undefined,
      },
    });
    const mine = new DrillLease(cluster, "shop", "drain-2");
    await mine.take();
    assert.match(body?.spec?.holderIdentity ?? "", /\/drain-2$/);
    assert.equal(body?.metadata?.resourceVersion, "7");
    await mine.release();
  });

  it("is created if there is none", async () => {
    let created = 0;
    const cluster = fakeCluster({
      coordination: {
        readNamespacedLease: notFound,
        createNamespacedLease: () => created++,
        deleteNamespacedLease: notFound,
      },
    });
    const mine = new DrillLease(cluster, "shop", "drain-2");
    await mine.take();
    await mine.release();
    assert.equal(created, 1);
  });
});

describe("the health of an installation", () => {
  const node = (name: string, ready: string, unschedulable = false) => ({
    metadata: { name },
    spec: { unschedulable },
    status: { conditions: [{ type: "Ready", status: ready }] },
  });
  const pod = (ready: boolean) => ({
    metadata: { name: "pod" },
    status: { conditions: [{ type: "Ready", status: ready ? "True" : "False" }] },
  });
  const members = ["a", "b", "c"];
  const problemsOf = (
    nodes: object[],
    pods: object[],
    running: string[],
    online: string[],
    workers: object[],
  ) =>
    healthProblems(
      fakeCluster({ core: { listNode: () => ({ items: nodes }) } }, { pods: async () => workers }),
      {
        replicas: 3,
        pods: async () => pods,
        running: async () => running,
        queues: async () => [{ name: "tasks", members, online }],
      } as unknown as Brokers,
      [{ namespace: "shop", selector: "app=worker", replicas: 1 }],
    );

  it("has no problems when everything runs", async () => {
    const all = [pod(true), pod(true), pod(true)];
    assert.deepEqual(await problemsOf([node("one", "True")], all, members, members, [pod(true)]), []);
  });

  it("names every problem", async () => {
    const nodes = [node("one", "Unknown"), node("two", "True", true)];
    assert.deepEqual(await problemsOf(nodes, [pod(true), pod(false)], ["a", "b"], ["a", "b"], [pod(false)]), [
      "node one is not ready or is cordoned",
      "node two is not ready or is cordoned",
      "1 of 3 broker pods are ready",
      "2 of 3 broker nodes are running",
      "queue tasks has 2 of 3 members online (3 in total)",
      "0 of 1 workers are ready (app=worker)",
    ]);
  });
});

describe("the installation", () => {
  const set = (namespace: string, name: string, annotations?: Record<string, string>) => ({
    metadata: { namespace, name, annotations },
    spec: {
      replicas: 3,
      selector: { matchLabels: { "app.kubernetes.io/instance": name } },
      template: {
        spec: {
          containers: [
            {
              env: [
                {
                  name: "RABBITMQ_NODENAME",
                  value: `rabbit@$(POD_NAME).${name}-nodes.$(POD_NAMESPACE).svc.cluster.local`,
                },
              ],
            },
          ],
        },
      },
    },
  });
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const secrets = [
    { data: { "management-url": base64("http://monitoring:pw@host:15672/celery") } },
    { data: { vhost: base64("celery") } },
  ];
  const find = (sets: object[], filter = {}, known = secrets) =>
    findInstallation(
      fakeCluster({
        apps: {
          listStatefulSetForAllNamespaces: () => ({ items: sets }),
          listNamespacedDeployment: () => ({ items: [] }),
        },
        core: { listNamespacedSecret: () => ({ items: known }) },
      }),
      filter,
    );

  it("is found when there is one", async () => {
    const found = await find([set("shop", "mq", { "ha-celery/deletion-protection": "true" })]);
    assert.deepEqual([found.namespace, found.name, found.protected], ["shop", "mq", true]);
    assert.equal(found.brokers.vhost, "celery");
  });

  it("is selected by name when there are several", async () => {
    const sets = [set("shop", "mq"), set("bank", "mq")];
    await assert.rejects(
      find(sets),
      /There are several installations in the cluster: shop\/mq, bank\/mq\. Choose one: --namespace/,
    );
    assert.equal((await find(sets, { namespace: "bank" })).namespace, "bank");
    await assert.rejects(
      find(sets, { name: "other" }),
      /No installation named other .*Use one of: shop\/mq, bank\/mq/,
    );
  });

  it("is missing: the error says how to deploy one", async () => {
    await assert.rejects(find([]), /Deploy one first: pulumi up, or make up/);
  });

  it("cannot be used without its Secrets", async () => {
    await assert.rejects(find([set("shop", "mq")], {}, []), /Secrets of shop\/mq .* Run: pulumi up/);
  });
});
