import assert from "node:assert/strict";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { AppsV1Api, CoreV1Api, type V1PodTemplateSpec } from "@kubernetes/client-node";
import { execa } from "execa";
import { isReady } from "../../operate/cluster/objects";
import { REPOSITORY } from "../../local/paths";
import { openSharedCluster, type SharedCluster } from "../cluster/sharedCluster";
import { executeIn } from "../cluster/machine";
import { Consumer, type Outputs } from "./consumer";

const ROADS = ["inject", "install", "code"] as const;
const TASKS = 100;
const SLOW_SECONDS = 6;

describe("the smallest app on each road: examples/python", () => {
  const consumer = new Consumer();
  let shared: SharedCluster;
  let env: Record<string, string>;
  let outputs: Outputs;
  let namespace: string;
  let core: CoreV1Api;
  let apps: AppsV1Api;

  const podsOf = async (road: string) =>
    (await core.listNamespacedPod({ namespace, labelSelector: `app.kubernetes.io/instance=${road}` })).items;
  const logOf = (name: string) => core.readNamespacedPodLog({ name, namespace });
  const nameOf = async (road: string) => (await podsOf(road))[0]?.metadata?.name ?? "";

  async function until(what: string, done: () => Promise<boolean>): Promise<void> {
    for (let attempt = 0; !(await done()); attempt++) {
      assert.ok(attempt < 120, `${what}: not within 120 s`);
      await sleep(1000);
    }
  }

  async function templateOf(road: string): Promise<V1PodTemplateSpec> {
    const name = (outputs.workers?.value as Record<string, string>)[road] ?? "";
    const { spec } = await apps.readNamespacedDeployment({ namespace, name });
    assert.ok(spec);
    return spec.template;
  }

  /** Runs a worker like those of the road with another environment, and returns its log when it has ended. */
  async function refusal(road: string, environment: Record<string, string>): Promise<string> {
    const { metadata, spec } = await templateOf(road);
    const [container] = spec?.containers ?? [];
    assert.ok(spec && container);
    const added = Object.entries(environment).map(([name, value]) => ({ name, value }));
    const name = `refused-${road}`;
    await core.createNamespacedPod({
      namespace,
      body: {
        // Not the labels of the selector.
        metadata: { name, labels: { "ha-celery/broker": metadata?.labels?.["ha-celery/broker"] ?? "" } },
        spec: {
          ...spec,
          restartPolicy: "Never",
          containers: [{ ...container, env: [...(container.env ?? []), ...added] }],
        },
      },
    });
    const phase = async () => (await core.readNamespacedPod({ name, namespace })).status?.phase;
    await until("the end of the pod", async () => (await phase()) === "Failed");
    const log = await logOf(name);
    await core.deleteNamespacedPod({ name, namespace });
    return log;
  }

  before(async () => {
    [shared] = await Promise.all([openSharedCluster(), consumer.make()]);
    const { cluster, config, tools, bases } = shared;
    env = { ...tools.env, PULUMI_ROOT: join(tools.command, "../.."), KUBECONFIG: cluster.kubeconfigPath };
    core = config.makeApiClient(CoreV1Api);
    apps = config.makeApiClient(AppsV1Api);
    const pip = join(REPOSITORY, "docker/worker/.venv/bin/pip");
    for (const road of ["install", "code"]) {
      const wheels = join(consumer.folder, "roads", road, "wheels");
      await execa(pip, [
        ...["wheel", "--quiet", "--no-deps", "--wheel-dir", wheels],
        join(REPOSITORY, "docker/worker"),
      ]);
    }
    consumer.configure("images", {
      registry: cluster.registry,
      contexts: join(REPOSITORY, "docker"),
      rabbitmqBase: bases.rabbitmq,
    });
    const images = await consumer.pulumi("up", "images", env);
    consumer.configure("roads", {
      kubeContext: cluster.context,
      imageRepository: `${cluster.registry}/roads`,
      pythonImage: bases.worker,
      rabbitmqImage: images.rabbitmq?.value,
      broker: {
        replicas: 1,
        compute: { cpu: "100m", memory: "512Mi" },
        storage: { size: "1Gi", onDelete: "delete" },
        deletionProtection: false,
      },
    });
    outputs = await consumer.pulumi("up", "roads", env);
    namespace = String(outputs.namespace?.value);
  });
  after(async () => {
    if (namespace) await consumer.pulumi("destroy", "roads", env);
    await shared.close();
    consumer.remove();
  });

  for (const road of ROADS)
    it(`runs every published task: ${road}`, async () => {
      const [pod] = await podsOf(road);
      assert.ok(pod && isReady(pod));
      assert.equal(pod.status?.containerStatuses?.[0]?.restartCount, 0);
      const done = async () => (await logOf(pod.metadata?.name ?? "")).match(/succeeded/g)?.length ?? 0;
      await until(`${TASKS} tasks`, async () => (await done()) >= TASKS);
      assert.equal(await done(), TASKS);
    });

  it("does not find the package without its start script: inject", async () => {
    const container = { config: shared.config, namespace, pod: await nameOf("inject"), container: "worker" };
    const found = await executeIn(
      container,
      ...["python", "-c", "import importlib.util as u; print(u.find_spec('ha_celery'))"],
    );
    assert.equal(found.trim(), "None");
  });

  it("finishes running tasks after SIGTERM: inject", async () => {
    const pod = await nameOf("inject");
    const container = { config: shared.config, namespace, pod, container: "worker" };
    const publish = `from shop import send_mail; send_mail.delay(1000, ${SLOW_SECONDS})`;
    await executeIn(container, "sh", "/opt/ha-celery/ha_celery/start.sh", "python", "-c", publish);
    await until("the start of the task", async () => (await logOf(pod)).includes("order 1000"));
    const log = core.readNamespacedPodLog({ name: pod, namespace, follow: true });
    await core.deleteNamespacedPod({ name: pod, namespace });
    assert.match(await log, /order 1000[\s\S]*Warm shutdown[\s\S]*succeeded/);
  });

  for (const road of ROADS)
    it(`refuses another broker with a sentence: ${road}`, async () => {
      const log = await refusal(road, { CELERY_BROKER_URL: "amqp://old//" });
      assert.match(log, /broker_url is 'amqp:\/\/old.*' in the app, but must be/);
      assert.doesNotMatch(log, /Traceback/);
    });

  it("refuses another loader with a sentence: inject", async () => {
    const log = await refusal("inject", { CELERY_LOADER: "shop.loader:Loader" });
    assert.match(log, /^inject: CELERY_LOADER is 'shop.loader:Loader', but must be/);
  });
});
