import assert from "node:assert/strict";
import { join } from "node:path";
import { AppsV1Api, CoreV1Api } from "@kubernetes/client-node";
import { REPOSITORY } from "../../local/paths";
import type { UpgradeCheck } from "../../operate/upgrade/model";
import { Consumer, type Outputs } from "./consumer";
import { openSharedCluster, type SharedCluster } from "../cluster/sharedCluster";
import { filesIn, leaksIn } from "../unit/operate/doctor/leaks";
import { eventually, LeakyPod, Plugin, secretsOf } from "./doctor";

describe("programs that import the library, on an existing cluster", () => {
  const consumer = new Consumer();
  let shared: SharedCluster;
  let env: Record<string, string>;
  let kubeContext: string;
  let images: Outputs;
  let core: CoreV1Api;
  let apps: AppsV1Api;

  /** Names of what is left of a namespace: itself, claims, and volumes. Other suites run on the same cluster. */
  const remainsOf = async (of: string): Promise<string[]> => {
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
    return found.flatMap(({ name = "", namespace }) => (namespace === of ? [name] : []));
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
      const namespace = String(outputs.namespace?.value);
      assert.notDeepEqual(await remainsOf(namespace), []);
      await consumer.pulumi("destroy", "broker", env);
      assert.deepEqual(await remainsOf(namespace), []);
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

    it("is shown by kubectl ha-celery", async () => {
      const plugin = await Plugin.of(shared.cluster, consumer);
      const { stdout } = await plugin.run("status", "--json", `--namespace=${namespace}`);
      const status = JSON.parse(stdout) as { name: string; brokers: object[] };
      assert.equal(status.name, outputs.brokerPods?.value);
      assert.equal(status.brokers.length, 3);
    });

    it("has nothing in the way of an upgrade, and nothing to finish", async () => {
      const plugin = await Plugin.of(shared.cluster, consumer);
      const where = ["--json", `--namespace=${namespace}`];
      const checked = await eventually(
        () => plugin.run("upgrade check", ...where),
        ({ exitCode }) => exitCode === 0,
      );
      const { findings, versions } = JSON.parse(checked.stdout) as UpgradeCheck;
      assert.deepEqual(
        findings.filter(({ blocks }) => blocks),
        [],
      );
      assert.equal(checked.exitCode, 0);
      assert.deepEqual([versions.rabbitmq.length, versions.kubelets], [1, [versions.kubernetes]]);
      assert.deepEqual(
        versions.workers.map(({ pool }) => pool).sort(),
        [...(outputs.workers?.value as string[])].sort(),
      );
      for (const { celery } of versions.workers) assert.match(celery ?? "", /^5\./);
      const finished = await plugin.run("upgrade finish", "--yes", ...where);
      assert.deepEqual(JSON.parse(finished.stdout), { enabled: [], disabled: [] });
    });

    it("gives ha-celery doctor no secret for its bundle, although logs, objects, and brokers have some", async () => {
      const plugin = await Plugin.of(shared.cluster, consumer);
      const secrets = await secretsOf(shared.config, namespace, String(outputs.brokerPods?.value));
      const sources = await new LeakyPod(shared.config, namespace).run(String(images.worker?.value));
      assert.ok(leaksIn(sources, secrets).length >= 2, "the log of the pod has the URL and its password");
      const { folder, unread } = await eventually(
        async () => {
          const output = `--output=${join(consumer.folder, `bundle-${Date.now()}`)}`;
          const { stdout, stderr } = await plugin.run("doctor", "--json", `--namespace=${namespace}`, output);
          if (stdout === "") throw new Error(stderr);
          return JSON.parse(stdout) as { folder: string; unread: object[] };
        },
        ({ unread: missing }) => missing.length === 0,
      );
      assert.deepEqual(unread, []);
      const files = filesIn(folder);
      for (const [name, text] of files) assert.deepEqual(leaksIn(text, secrets), [], name);
      for (const [name, content] of [
        ["logs/leaky/leaky.log", /amqp:\/\/celery:<left out>@|<left out>/],
        ["rabbitmq/definitions.json", /"password_hash": "<left out>"/],
        ["rabbitmq/nodes.json", /"rabbitmq_version": "4\./],
        ["versions.json", /"celery": "5\./],
        ["objects/events.json", /"reason": "Scheduled"/],
        ["status.json", /"problems": \[/],
      ] as const)
        assert.match(files.get(name) ?? "", content, name);
    });

    it("leaves nothing behind", async () => {
      assert.notDeepEqual(await remainsOf(namespace), []);
      await consumer.pulumi("destroy", "orders", env);
      assert.deepEqual(await remainsOf(namespace), []);
    });
  });
});
