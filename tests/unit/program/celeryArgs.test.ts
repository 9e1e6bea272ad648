import assert from "node:assert/strict";
import * as kubernetes from "@pulumi/kubernetes";
import { celeryArgs } from "../../../program/celeryArgs";
import type { TargetProfile } from "../../../program/targets/profile";
import { run } from "../components/engine";
import { EXISTING, GKE, parsed } from "./settings";

const PEM = "-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n";
const SPOT = { nodeSelector: { pool: "spot" }, tolerations: [{ key: "spot", operator: "Exists" }] };

/** Where nothing is but what a pod can ask for. */
const target = (): TargetProfile => ({
  provider: new kubernetes.Provider("cluster", { context: "test" }),
  imageRepository: "registry.example.com/team",
  storageClass: "fast",
  spotPlacement: SPOT,
  foundations: [],
});

async function argsOf(values: Record<string, unknown>, place: Record<string, unknown> = EXISTING) {
  const { settings } = parsed({ ...place, ...values });
  return (
    await run(() => celeryArgs(settings, target(), { rabbitmq: "mq@1", worker: "app@1", drills: "drills" }))
  ).result;
}

describe("settings in the words of HaCelery", () => {
  it("leave what is empty to the component", async () => {
    const { broker, workers, ...args } = await argsOf({});
    assert.deepEqual(JSON.parse(JSON.stringify(args)), {
      rabbitmqImage: "mq@1",
      workerImage: "app@1",
      app: "counter.tasks",
    });
    assert.deepEqual(JSON.parse(JSON.stringify(broker)), {
      replicas: 3,
      storage: { size: "10Gi", className: "fast", onDelete: "retain" },
      compute: { cpu: "1", memory: "2Gi" },
      spread: "required",
      vhost: "celery",
      username: "celery",
      passwordRevision: 0,
      access: {},
      deletionProtection: true,
      readyTimeout: "20m",
    });
    assert.deepEqual(JSON.parse(JSON.stringify(workers)), [
      { name: "default", compute: {}, readyTimeout: "20m" },
    ]);
  });

  it("add the Python package to the pods if the image does not have it", async () => {
    assert.equal((await argsOf({ inject: true })).inject, true);
  });

  it("let the broker generate its certificate", async () => {
    assert.deepEqual((await argsOf({ brokerTls: "generated" })).broker?.tls, {});
    const args = await argsOf({ brokerTls: "generated", brokerTlsInterNode: true });
    assert.deepEqual(args.broker?.tls, { interNode: true });
  });

  it("hand on everything that can be set of the broker", async () => {
    const { broker } = await argsOf({
      brokerConfig: { "log.console.level": "debug" },
      brokerPlugins: ["rabbitmq_shovel"],
      brokerNodeSelector: { pool: "broker" },
      brokerTolerations: [{ key: "broker", operator: "Exists", effect: "NoSchedule" }],
      brokerPriorityClass: "high",
      brokerTlsSecret: "certificate",
      brokerTlsServerName: "mq.example.com",
      brokerTlsAuthority: PEM,
      brokerTlsInterNode: true,
      vhost: "shop",
      brokerUser: "shop",
      passwordRevision: 2,
      clientNamespaces: ["shop"],
      managementNamespaces: ["keda"],
      monitoringNamespaces: ["monitoring"],
    });
    assert.deepEqual(JSON.parse(JSON.stringify(broker)), {
      replicas: 3,
      storage: { size: "10Gi", className: "fast", onDelete: "retain" },
      compute: { cpu: "1", memory: "2Gi" },
      spread: "required",
      config: { "log.console.level": "debug" },
      plugins: ["rabbitmq_shovel"],
      nodeSelector: { pool: "broker" },
      tolerations: [{ key: "broker", operator: "Exists", effect: "NoSchedule" }],
      priorityClassName: "high",
      tls: { interNode: true, secretName: "certificate", serverName: "mq.example.com", authority: PEM },
      vhost: "shop",
      username: "shop",
      passwordRevision: 2,
      access: {
        clientNamespaces: ["shop"],
        managementNamespaces: ["keda"],
        monitoringNamespaces: ["monitoring"],
      },
      deletionProtection: true,
      readyTimeout: "20m",
    });
  });

  it("hand on everything that can be set of a pool", async () => {
    const pool = {
      name: "mail",
      app: "mail.tasks",
      queues: ["mail"],
      autoscale: { minReplicas: 0, maxReplicas: 9, by: "queueLength", tasksPerReplica: 8 },
      concurrency: 4,
      prefetch: 2,
      longestTaskSeconds: 60,
      env: { SIZE: "10" },
      envFromSecrets: { TOKEN: { secretName: "mail", key: "token" } },
      priorityClassName: "low",
      spread: "required",
      observable: true,
      metrics: { enabled: true, port: 9000 },
    };
    const placed = { nodeSelector: { disk: "fast" }, tolerations: [{ key: "batch", operator: "Exists" }] };
    const workerPools = [{ ...pool, ...placed, cpu: "2", memory: "1Gi", spot: true }];
    const { workers } = await argsOf({ workerPools, spotNodes: 3 }, GKE);
    assert.deepEqual(JSON.parse(JSON.stringify(workers)), [
      {
        ...pool,
        nodeSelector: { ...placed.nodeSelector, ...SPOT.nodeSelector },
        tolerations: [...placed.tolerations, ...SPOT.tolerations],
        compute: { cpu: "2", memory: "1Gi" },
        readyTimeout: "20m",
      },
    ]);
  });

  it("name a namespace to make, or one that is there", async () => {
    const made = await argsOf({ namespace: "jobs" });
    assert.deepEqual([made.namespaceName, made.existingNamespace], ["jobs", undefined]);
    const used = await argsOf({ existingNamespace: "jobs" });
    assert.deepEqual([used.namespaceName, used.existingNamespace], [undefined, "jobs"]);
  });

  it("create monitoring only if a field is set, and it is not disabled", async () => {
    assert.equal((await argsOf({})).monitoring, undefined);
    assert.deepEqual((await argsOf({ monitoring: { enabled: true } })).monitoring, {});
    assert.deepEqual((await argsOf({ monitoring: { perQueue: false } })).monitoring, { perQueue: false });
    assert.equal((await argsOf({ monitoring: { enabled: false, perQueue: false } })).monitoring, undefined);
  });

  it("schedule drills only if a field is set", async () => {
    assert.equal((await argsOf({})).scheduledDrills, undefined);
    const drills = { scenes: ["pod-delete"], schedule: "0 3 * * 1", blackouts: ["SA,SU"], suspend: true };
    assert.deepEqual(
      JSON.parse(
        JSON.stringify((await argsOf({ scheduledDrills: { ...drills, cpu: "20m" } })).scheduledDrills),
      ),
      { ...drills, image: "drills", compute: { cpu: "20m" } },
    );
  });

  it("ask for job, ledger, beat and results only when they are wanted", async () => {
    const { job, ledger, beat, resultBackend } = await argsOf({
      scheduleTasks: 7,
      scheduleRun: "again",
      scheduleEnv: { COUNT_TO: "5" },
      ledger: true,
      beat: { env: { TZ: "UTC" }, cpu: "20m" },
      resultBackendSecret: "redis",
    });
    assert.deepEqual(job, { tasks: 7, run: "again", env: { COUNT_TO: "5" } });
    assert.deepEqual(ledger, { storage: { className: "fast" } });
    assert.deepEqual(JSON.parse(JSON.stringify(beat)), {
      env: { TZ: "UTC" },
      compute: { cpu: "20m" },
      storage: { className: "fast" },
      readyTimeout: "20m",
    });
    assert.deepEqual(resultBackend, { secretName: "redis", key: "url" });
  });

  it("switch a beat on and off by one word", async () => {
    assert.ok((await argsOf({ beat: { enabled: true } })).beat);
    assert.equal((await argsOf({ beat: { enabled: false, env: { TZ: "UTC" } } })).beat, undefined);
  });
});
