import assert from "node:assert/strict";
import { join } from "node:path";
import { AppsV1Api, CoreV1Api } from "@kubernetes/client-node";
import { REPOSITORY } from "../../local/paths";
import { Consumer, type Outputs } from "./consumer";
import { openSharedCluster, type SharedCluster } from "../cluster/sharedCluster";

/** Namespaces of the cluster itself, and of other suites that may run at the same time. */
const OTHERS =
  /^(default|kube-.*|local-path-storage|ha-celery.*|plain|secure|storefront|elsewhere|jobs|celery|(space|shop|roads)-.*)$/;

describe("programs that import the library, on an existing cluster", () => {
  const consumer = new Consumer();
  let shared: SharedCluster;
  let env: Record<string, string>;
  let kubeContext: string;
  let images: Outputs;
  let core: CoreV1Api;
  let apps: AppsV1Api;

  /** Names of the namespaces and volumes that neither came with the cluster nor belong to another suite. */
  const remains = async (): Promise<string[]> => {
    const [namespaces, claims, volumes] = await Promise.all([
      core.listNamespace(),
      core.listPersistentVolumeClaimForAllNamespaces(),
      core.listPersistentVolume(),
    ]);
    const found = [
      ...namespaces.items.map(({ metadata }) => ({ name: metadata?.name, namespace: metadata?.name })),
      ...claims.items.map(({ metadata }) => ({ name: metadata?.name, namespace: metadata?.namespace })),
      ...volumes.items.map(({ metadata, spec }) => ({
        name: metadata?.name,
        namespace: spec?.claimRef?.namespace,
      })),
    ];
    return found.flatMap(({ name = "", namespace = "" }) => (OTHERS.test(namespace) ? [] : [name]));
  };

  before(async () => {
    [shared] = await Promise.all([openSharedCluster(), consumer.make()]);
    const { cluster, config, tools, bases } = shared;
    kubeContext = cluster.context;
    env = { ...tools.env, PULUMI_ROOT: join(tools.command, "../.."), KUBECONFIG: cluster.kubeconfigPath };
    core = config.makeApiClient(CoreV1Api);
    apps = config.makeApiClient(AppsV1Api);

    consumer.configure("images", {
      registry: cluster.registry,
      contexts: join(REPOSITORY, "docker"),
      rabbitmqBase: bases.rabbitmq,
      workerBase: bases.worker,
    });
    images = await consumer.pulumi("up", "images", env);
  });
  after(async () => {
    await shared.close();
    consumer.remove();
  });

  it("builds and pushes images, by digest", () => {
    for (const { value } of Object.values(images)) assert.match(String(value), /@sha256:[0-9a-f]{64}$/);
  });

  describe("with only a RabbitMqCluster", () => {
    let outputs: Outputs;

    it("brings it up", async () => {
      consumer.configure("broker", { kubeContext, rabbitmqImage: images.rabbitmq?.value });
      outputs = await consumer.pulumi("up", "broker", env);
      const set = await apps.readNamespacedStatefulSet({
        namespace: String(outputs.namespace?.value),
        name: String(outputs.pods?.value),
      });
      assert.equal(set.status?.readyReplicas, 1);
      assert.ok(outputs.amqpUrl?.secret);
    });

    it("changes nothing when nothing changed", () => consumer.pulumi("preview", "broker", env));

    it("leaves nothing behind", async () => {
      assert.ok(outputs.namespace);
      await consumer.pulumi("destroy", "broker", env);
      assert.deepEqual(await remains(), []);
    });
  });

  describe("with a HaCelery of two worker pools: examples/typescript", () => {
    let outputs: Outputs;
    let namespace: string;

    it("brings it up", async () => {
      consumer.configure("orders", {
        kubeContext,
        rabbitmqImage: images.rabbitmq?.value,
        workerImage: images.worker?.value,
        app: "counter.tasks",
        broker: {
          compute: { cpu: "200m", memory: "1Gi" },
          storage: { size: "2Gi", onDelete: "delete" },
          deletionProtection: false,
        },
      });
      outputs = await consumer.pulumi("up", "orders", env);
      namespace = String(outputs.namespace?.value);
      const { items } = await apps.listNamespacedDeployment({ namespace });
      assert.deepEqual(
        items.map(({ metadata, status }) => [metadata?.name, status?.readyReplicas]).sort(),
        (outputs.workers?.value as string[]).map((name, pool) => [name, [2, 1][pool]]).sort(),
      );
      assert.ok(outputs.amqpUrl?.secret);
    });

    it("applies its transforms", async () => {
      const set = await apps.readNamespacedStatefulSet({
        namespace,
        name: String(outputs.brokerPods?.value),
      });
      assert.equal(set.metadata?.annotations?.["example.com/owner"], "orders");
      assert.equal(set.status?.readyReplicas, 3);
      const deployments = await apps.listNamespacedDeployment({ namespace });
      const limits = deployments.items.map(({ spec }) => spec?.revisionHistoryLimit).sort();
      assert.deepEqual(limits, [10, 2], "the default, and that of transform");
      const { items } = await core.listNamespacedService({ namespace });
      const zoned = items.filter(({ spec }) => spec?.trafficDistribution === "PreferClose");
      assert.deepEqual(
        zoned.map(({ spec }) => spec?.clusterIP !== "None"),
        [true],
      );
    });

    it("changes nothing when nothing changed", () => consumer.pulumi("preview", "orders", env));

    it("leaves nothing behind", async () => {
      assert.ok(namespace);
      await consumer.pulumi("destroy", "orders", env);
      assert.deepEqual(await remains(), []);
    });
  });
});
