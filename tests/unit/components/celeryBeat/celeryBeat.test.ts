import assert from "node:assert/strict";
import { type BrokerConnection, type CeleryBeatArgs, CeleryBeat } from "../../../../components";
import { cluster, known, list, outputsOf, refusal, run, the } from "../engine";
import { assertGolden } from "../goldens";

const ARGS: CeleryBeatArgs = {
  namespace: "jobs",
  image: "registry/worker@sha256:abc",
  app: "mail.tasks",
  broker: { secretName: "mq", key: "amqp-url", clientLabels: { "ha-celery/broker": "mq" } },
};
const TLS: BrokerConnection = {
  ...ARGS.broker,
  trust: { authority: { secretName: "mq-tls", key: "ca.crt" }, serverName: "mq.example.com" },
};
const beat = (args: Partial<CeleryBeatArgs> = {}) => new CeleryBeat("clock", { ...ARGS, ...args }, cluster());

describe("CeleryBeat", () => {
  it("creates exactly its objects, all below itself and with its provider", async () => {
    const { resources } = await run(() => beat());
    assert.deepEqual(list(resources), [
      "CeleryBeat clock",
      "Deployment clock-publisher",
      "PersistentVolumeClaim clock-data",
    ]);
    for (const each of resources.filter((each) => each.custom)) {
      assert.equal(each.parent, "ha-celery:index:CeleryBeat clock", each.name);
      assert.equal(each.provider, "cluster", each.name);
    }
  });

  it("renders the objects of the golden, with defaults", async () => {
    assertGolden("celeryBeat", (await run(() => beat())).resources);
  });

  it("renders the objects of the golden, with every option", async () => {
    const { resources } = await run(() =>
      beat({
        broker: TLS,
        queues: ["tasks", "mail"],
        storage: { size: "2Gi", className: "ssd" },
        compute: { cpu: "100m", cpuLimit: "1", memory: "512Mi" },
        env: { LANGUAGE: "eo" },
        envFromSecrets: { SMTP_PASSWORD: { secretName: "smtp", key: "password" } },
        resultBackend: { secretName: "redis", key: "url" },
        command: ["my-beat"],
        runAsUser: 1000,
        metrics: { port: 9000, monitoringNamespaces: ["monitoring"] },
        nodeSelector: { pool: "spot" },
        tolerations: [{ key: "spot", operator: "Exists" }],
        priorityClassName: "high",
      }),
    );
    assertGolden("celeryBeat-custom", resources);
  });

  it("is never two", async () => {
    const { spec } = the((await run(() => beat())).resources, "Deployment").inputs as {
      spec: { replicas: number; strategy: unknown };
    };
    assert.equal(spec.replicas, 1);
    assert.deepEqual(spec.strategy, { type: "Recreate" });
  });

  it("waits for its start as long as told", async () => {
    const { resources } = await run(() => beat({ readyTimeout: "5m" }));
    assert.deepEqual(the(resources, "Deployment").timeouts, ["5m", "5m"]);
  });

  it("registers exactly its public outputs", async () => {
    const { resources, result } = await run(() => beat());
    assert.deepEqual(the(resources, "CeleryBeat").outputs.sort(), outputsOf(result));
    assert.deepEqual(
      await known({ name: result.deploymentName, deployment: result.deployment.metadata.name }),
      {
        name: "clock-publisher-0000000",
        deployment: "clock-publisher-0000000",
      },
    );
  });

  it("refuses to guess the Kubernetes cluster", async () => {
    assert.equal(
      await refusal(() => new CeleryBeat("clock", ARGS)),
      'CeleryBeat "clock" has no Kubernetes provider. Pass { provider } in the third argument, e.g. { provider: cluster.provider }.',
    );
  });

  it("reports every problem at once", async () => {
    assert.equal(
      await refusal(() =>
        beat({
          app: "",
          queues: ["dead-letters"],
          storage: { size: "small" },
          env: { HA_CELERY_STATE_DIR: "/x", HA_CELERY_RESULT_BACKEND: "redis://" },
        }),
      ),
      [
        'CeleryBeat "clock" has 5 problems:',
        '  - app is "", which is not what `celery --app` takes. Use for example "mail.tasks" or "mail.tasks:app".',
        '  - queues has "dead-letters", which is reserved. Choose another name.',
        '  - storage.size is "small", which is not a Kubernetes quantity. Use for example "1Gi".',
        "  - env has HA_CELERY_STATE_DIR, which the component sets. Remove it; its value is fixed.",
        "  - env has HA_CELERY_RESULT_BACKEND, which the component sets. Use resultBackend.",
      ].join("\n"),
    );
  });
});
