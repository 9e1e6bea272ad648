import assert from "node:assert/strict";
import { findInstallation } from "../../../../operate/cluster/installation";
import { fakeCluster } from "../fakeCluster";

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

  it("is found by users who may list the brokers of its namespace only", async () => {
    const forbidden = () => {
      throw Object.assign(new Error("forbidden"), { code: 403 });
    };
    const cluster = fakeCluster({
      apps: {
        listStatefulSetForAllNamespaces: forbidden,
        listNamespacedStatefulSet: ({ namespace }: { namespace: string }) => ({
          items: [set(namespace, "mq")],
        }),
        listNamespacedDeployment: () => ({ items: [] }),
      },
      core: { listNamespacedSecret: () => ({ items: secrets }) },
    });
    assert.equal((await findInstallation(cluster, { namespace: "shop" })).namespace, "shop");
    await assert.rejects(findInstallation(cluster), /forbidden/);
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
