import assert from "node:assert/strict";
import type { V1Lease } from "@kubernetes/client-node";
import type { Brokers } from "../../../../operate/cluster/brokers";
import { findInstallation } from "../../../../operate/cluster/installation";
import { DrillLease } from "../../../../operate/drill/lease";
import { missing } from "../../../../operate/drill/strength";
import { Undoing } from "../../../../operate/drill/undoing";
import { Hopeless, until } from "../../../../operate/waiting";
import { fakeCluster, notFound } from "./fakeCluster";

const signal = new AbortController().signal;

describe("taking back", () => {
  it("goes in reverse order, once, past failures", async () => {
    const [done, said]: [string[], string[]] = [[], []];
    const undoing = new Undoing((text) => said.push(text));
    undoing.add("first", async () => void done.push("first"));
    undoing.add("second", async () => {
      done.push("second");
      throw new Error("no answer");
    });
    undoing.add("third", async () => void done.push("third"));
    assert.deepEqual(await undoing.all(), ["second: no answer"]);
    assert.deepEqual(done, ["third", "second", "first"]);
    assert.deepEqual(said, ["third", "first"]);
    assert.deepEqual(await undoing.all(), []);
    assert.equal(done.length, 3);
  });
});

describe("waiting", () => {
  it("takes errors for not yet", async () => {
    let asked = 0;
    await until("it is so", 5, signal, async () => {
      if (++asked === 1) throw new Error("not yet");
      return true;
    });
    assert.equal(asked, 2);
  });

  it("says what it waited for", async () => {
    await assert.rejects(
      until("the sun rises", 0, signal, async () => false),
      /waited 0 s in vain until the sun rises/,
    );
  });

  it("ends at once where no attempt can help, and with the drill", async () => {
    const hopeless = until("x", 60, signal, async () => {
      throw new Hopeless("the publisher failed");
    });
    await assert.rejects(hopeless, /the publisher failed/);
    const ending = new AbortController();
    const waiting = until("x", 60, ending.signal, async () => false);
    ending.abort();
    await assert.rejects(waiting, { name: "AbortError" });
  });
});

describe("one drill at a time", () => {
  const lease = (renewTime: Date): V1Lease => ({
    metadata: { resourceVersion: "7" },
    spec: { holderIdentity: "ann@laptop/drain-1", renewTime: renewTime as never },
  });

  it("is refused while another runs, with its holder", async () => {
    const cluster = fakeCluster({ coordination: { readNamespacedLease: () => lease(new Date()) } });
    await assert.rejects(
      new DrillLease(cluster, "shop", "drain-2").take(),
      /Another drill runs in namespace shop: ann@laptop\/drain-1/,
    );
  });

  it("takes over from one that died, and only from the state that it saw", async () => {
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

  it("takes a free one", async () => {
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

describe("full strength", () => {
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
  const look = (nodes: object[], pods: object[], running: string[], online: string[], workers: object[]) =>
    missing(
      fakeCluster({ core: { listNode: () => ({ items: nodes }) } }, { pods: async () => workers }),
      {
        replicas: 3,
        pods: async () => pods,
        running: async () => running,
        queues: async () => [{ name: "tasks", members, online }],
      } as unknown as Brokers,
      [{ namespace: "shop", selector: "app=worker", replicas: 1 }],
    );

  it("is there when nothing is missing", async () => {
    const all = [pod(true), pod(true), pod(true)];
    assert.deepEqual(await look([node("one", "True")], all, members, members, [pod(true)]), []);
  });

  it("names everything that is missing", async () => {
    const nodes = [node("one", "Unknown"), node("two", "True", true)];
    assert.deepEqual(await look(nodes, [pod(true), pod(false)], ["a", "b"], ["a", "b"], [pod(false)]), [
      "node one is not ready, or cordoned",
      "node two is not ready, or cordoned",
      "1 of 3 broker pods are ready",
      "2 of 3 broker nodes run",
      "queue tasks has 2 of 3 members online (3 in all)",
      "0 of 1 workers consume (app=worker)",
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
  const find = (sets: object[], wanted = {}, known = secrets) =>
    findInstallation(
      fakeCluster({
        apps: {
          listStatefulSetForAllNamespaces: () => ({ items: sets }),
          listNamespacedDeployment: () => ({ items: [] }),
        },
        core: { listNamespacedSecret: () => ({ items: known }) },
      }),
      wanted,
    );

  it("is found when there is one", async () => {
    const found = await find([set("shop", "mq", { "ha-celery/deletion-protection": "true" })]);
    assert.deepEqual([found.namespace, found.name, found.protected], ["shop", "mq", true]);
    assert.equal(found.brokers.vhost, "celery");
  });

  it("is wanted by name when there are several", async () => {
    const sets = [set("shop", "mq"), set("bank", "mq")];
    await assert.rejects(
      find(sets),
      /Several installations in the cluster: shop\/mq, bank\/mq\. Name one: --namespace/,
    );
    assert.equal((await find(sets, { namespace: "bank" })).namespace, "bank");
    await assert.rejects(
      find(sets, { name: "other" }),
      /No installation named other .*There are: shop\/mq, bank\/mq/,
    );
  });

  it("is not there at all: says how to get one", async () => {
    await assert.rejects(find([]), /Deploy one first: pulumi up, or make up/);
  });

  it("without its Secrets cannot be looked at", async () => {
    await assert.rejects(find([set("shop", "mq")], {}, []), /Secrets of shop\/mq .* Run: pulumi up/);
  });
});
