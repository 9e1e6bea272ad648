import assert from "node:assert/strict";
import {
  type BrokerConnection,
  type CeleryWorkersArgs,
  type WorkerAutoscale,
  CeleryWorkers,
  ScaleBy,
} from "../../../../components";
import { type Registered, cluster, list, refusal, run, the } from "../engine";
import { assertGolden } from "../goldens";

const BROKER: BrokerConnection = {
  secretName: "mq",
  key: "amqp-url",
  management: { secretName: "mq-monitoring", key: "management-url" },
};
const TRUST = { authority: { secretName: "mq-tls", key: "ca.crt" }, serverName: "mq.example.com" };

const workers = (autoscale: WorkerAutoscale, args: Partial<CeleryWorkersArgs> = {}) =>
  new CeleryWorkers(
    "mail",
    {
      namespace: "jobs",
      image: "registry/worker@sha256:abc",
      app: "mail.tasks",
      broker: BROKER,
      autoscale,
      ...args,
    },
    cluster(),
  );
const rendered = async (autoscale: WorkerAutoscale, args: Partial<CeleryWorkersArgs> = {}) =>
  (await run(() => workers(autoscale, args))).resources;
const specOf = (resources: Registered[], kind: string) => the(resources, kind).inputs.spec as Spec;

interface Spec {
  replicas?: number;
  minReplicas?: number;
  minReplicaCount?: number;
  cooldownPeriod?: number;
  behavior?: { scaleDown: { stabilizationWindowSeconds: number } };
  triggers?: { metadata: Record<string, string> }[];
}

describe("workers that scale by CPU", () => {
  it("have a HorizontalPodAutoscaler beside what all workers have", async () => {
    const resources = await rendered({ maxReplicas: 10 });
    assert.deepEqual(list(resources), [
      "CeleryWorkers mail",
      "Deployment mail-workers",
      "HorizontalPodAutoscaler mail-autoscaler",
      "PodDisruptionBudget mail-budget",
    ]);
    const { parent, provider } = the(resources, "HorizontalPodAutoscaler");
    assert.deepEqual(
      { parent, provider },
      { parent: "ha-celery:index:CeleryWorkers mail", provider: "cluster" },
    );
  });

  it("render the objects of the golden", async () => {
    assertGolden("celeryWorkers-cpu", await rendered({ minReplicas: 1, maxReplicas: 10, cpuPercent: 50 }));
  });

  it("leave the number of pods to the autoscaler alone", async () => {
    for (const by of Object.values(ScaleBy)) {
      const spec = specOf(await rendered({ maxReplicas: 10, by }), "Deployment");
      assert.ok(!("replicas" in spec), by);
    }
  });

  it("are two at least, or what fits under the most", async () => {
    const least = async (autoscale: WorkerAutoscale) =>
      specOf(await rendered(autoscale), "HorizontalPodAutoscaler").minReplicas;
    assert.equal(await least({ maxReplicas: 10 }), 2);
    assert.equal(await least({ maxReplicas: 1 }), 1);
    assert.equal(await least({ maxReplicas: 10, minReplicas: 5 }), 5);
  });

  it("go only when fewer were enough for as long as the longest task, 5 minutes at least, an hour at most", async () => {
    const window = async (longestTaskSeconds: number) =>
      specOf(await rendered({ maxReplicas: 10 }, { longestTaskSeconds }), "HorizontalPodAutoscaler").behavior
        ?.scaleDown.stabilizationWindowSeconds;
    assert.equal(await window(10), 300);
    assert.equal(await window(1200), 1200);
    assert.equal(await window(86400), 3600);
  });
});

describe("workers that scale by the length of their queues", () => {
  const byLength = (more: Partial<WorkerAutoscale> = {}): WorkerAutoscale => ({
    maxReplicas: 10,
    by: ScaleBy.QueueLength,
    ...more,
  });

  it("have a ScaledObject and its login beside what all workers have", async () => {
    const resources = await rendered(byLength());
    assert.deepEqual(list(resources), [
      "CeleryWorkers mail",
      "Deployment mail-workers",
      "PodDisruptionBudget mail-budget",
      "ScaledObject mail-autoscaler",
      "TriggerAuthentication mail-autoscaler-login",
    ]);
    for (const kind of ["ScaledObject", "TriggerAuthentication"])
      assert.equal(the(resources, kind).parent, "ha-celery:index:CeleryWorkers mail");
  });

  it("render the objects of the golden", async () => {
    const resources = await rendered(byLength({ minReplicas: 0 }), {
      queues: ["mail", "mail.urgent"],
      longestTaskSeconds: 600,
    });
    assertGolden("celeryWorkers-queueLength", resources);
  });

  it("render the objects of the golden, with a broker whose certificate is checked", async () => {
    const resources = await rendered(byLength(), { broker: { ...BROKER, trust: TRUST } });
    assertGolden("celeryWorkers-queueLength-tls", resources);
  });

  it("are as many as hold the tasks, unless told otherwise", async () => {
    const value = async (more: Partial<WorkerAutoscale>, args: Partial<CeleryWorkersArgs>) =>
      specOf(await rendered(byLength(more), args), "ScaledObject").triggers?.[0]?.metadata.value;
    assert.equal(await value({}, {}), "8");
    assert.equal(await value({}, { concurrency: 3, prefetch: 5 }), "15");
    assert.equal(await value({ tasksPerReplica: 100 }, { concurrency: 3 }), "100");
  });

  it("may be none", async () => {
    const least = async (autoscale: WorkerAutoscale) =>
      specOf(await rendered(autoscale), "ScaledObject").minReplicaCount;
    assert.equal(await least(byLength({ minReplicas: 0 })), 0);
    assert.equal(await least(byLength()), 2);
  });

  it("keep the login out of the plain state, where there is only the Secret's name", async () => {
    const { inputs } = the(await rendered(byLength()), "TriggerAuthentication");
    assert.deepEqual(inputs.spec, {
      secretTargetRef: [{ parameter: "host", name: "mq-monitoring", key: "management-url" }],
    });
  });

  it("need the management API", async () => {
    assert.equal(
      await refusal(() => workers(byLength(), { broker: { secretName: "mq", key: "url" } })),
      'CeleryWorkers "mail": autoscale.by is "queueLength", but broker.management is not set: KEDA reads the queue length from the management API. Set it as RabbitMqCluster.connection does, or use by "cpu".',
    );
  });
});
