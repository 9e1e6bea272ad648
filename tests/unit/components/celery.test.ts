import assert from "node:assert/strict";
import {
  type BrokerConnection,
  type CeleryJobArgs,
  type CeleryWorkersArgs,
  type LedgerConnection,
  type TaskLedgerArgs,
  CeleryJob,
  CeleryWorkers,
  TaskLedger,
} from "../../../components";
import { type Registered, cluster, known, list, outputsOf, refusal, run, the } from "./engine";
import { assertGolden } from "./goldens";

const IMAGE = { namespace: "jobs", image: "registry/worker@sha256:abc" };
const BROKER: BrokerConnection = {
  secretName: "mq",
  key: "amqp-url",
  clientLabels: { "ha-celery/broker": "mq" },
};
const TLS: BrokerConnection = {
  ...BROKER,
  trust: { authority: { secretName: "mq-tls", key: "authorities" }, serverName: "mq.example.com" },
};
const REDIS = { secretName: "redis", key: "url" };
const LEDGER: LedgerConnection = {
  url: "http://ledger:8080",
  token: { secretName: "count-token", key: "token" },
  clientLabels: { "ha-celery/ledger": "count" },
};

const workers = (args: Partial<CeleryWorkersArgs> = {}) =>
  new CeleryWorkers("mail", { ...IMAGE, app: "mail.tasks", broker: BROKER, ...args }, cluster());
const job = (args: Partial<CeleryJobArgs> = {}) =>
  new CeleryJob("nightly", { ...IMAGE, broker: BROKER, ...args }, cluster());
const ledger = (args: Partial<TaskLedgerArgs> = {}) =>
  new TaskLedger("count", { ...IMAGE, ...args }, cluster());

function assertChildren(resources: Registered[], parent: string): void {
  for (const each of resources.filter((each) => each.custom)) {
    assert.equal(each.parent, parent, each.name);
    if (each.type.startsWith("kubernetes:")) assert.equal(each.provider, "cluster", each.name);
  }
}

describe("CeleryWorkers", () => {
  it("creates exactly its objects, all below itself and with its provider", async () => {
    const { resources } = await run(() => workers());
    assert.deepEqual(list(resources), [
      "CeleryWorkers mail",
      "Deployment mail-workers",
      "PodDisruptionBudget mail-budget",
    ]);
    assertChildren(resources, "ha-celery:index:CeleryWorkers mail");
  });

  it("renders the objects of the golden, with defaults", async () => {
    assertGolden("celeryWorkers", (await run(() => workers())).resources);
  });

  it("renders the objects of the golden, with every option", async () => {
    const { resources } = await run(() =>
      workers({
        broker: TLS,
        resultBackend: REDIS,
        queues: ["mail", "urgent"],
        appQueues: ["tasks", "mail", "urgent"],
        replicas: 7,
        pool: "threads",
        concurrency: 4,
        prefetch: 4,
        longestTaskSeconds: 90,
        compute: { cpu: "1", cpuLimit: "2", memory: "1Gi" },
        spread: "required",
        env: { LANGUAGE: "eo" },
        envFromSecrets: { SMTP_PASSWORD: { secretName: "smtp", key: "password" } },
        observable: true,
        metrics: { port: 9000, monitoringNamespaces: ["monitoring"] },
        ledger: LEDGER,
        runAsUser: 1000,
        nodeSelector: { pool: "spot" },
        tolerations: [{ key: "spot", operator: "Exists" }],
        priorityClassName: "low",
      }),
    );
    assertGolden("celeryWorkers-custom", resources);
  });

  it("serves metrics unless it has none, or injects the package into an image that may lack their library", async () => {
    const portsOf = async (args: Partial<CeleryWorkersArgs>) => {
      const text = JSON.stringify(the((await run(() => workers(args))).resources, "Deployment").inputs);
      return [
        ...text.matchAll(/"(containerPort":|prometheus.io\/port":"|HA_CELERY_METRICS_PORT","value":")(\d+)/g),
      ].map(([, , port]) => port);
    };
    assert.deepEqual(await portsOf({}), ["9808", "9808", "9808"]);
    assert.deepEqual(await portsOf({ metrics: { port: 9000 } }), ["9000", "9000", "9000"]);
    assert.deepEqual(await portsOf({ metrics: { enabled: false } }), []);
    assert.deepEqual(await portsOf({ inject: true }), []);
    assert.deepEqual(await portsOf({ inject: true, metrics: { enabled: true } }), ["9808", "9808", "9808"]);
  });

  it("admits the monitoring only to metrics that it serves", async () => {
    const monitoringNamespaces = ["monitoring"];
    const policies = async (metrics: CeleryWorkersArgs["metrics"]) =>
      list((await run(() => workers({ metrics }))).resources).filter((name) =>
        name.startsWith("NetworkPolicy"),
      );
    assert.deepEqual(await policies({ monitoringNamespaces }), ["NetworkPolicy mail-monitoring"]);
    assert.deepEqual(await policies({ monitoringNamespaces, enabled: false }), []);
    assert.deepEqual(await policies({ monitoringNamespaces: [] }), []);
  });

  it("lets the user's annotations win", async () => {
    const { resources } = await run(() =>
      workers({ pod: { annotations: { "prometheus.io/scrape": "false" } } }),
    );
    const { spec } = the(resources, "Deployment").inputs as {
      spec: { template: { metadata: { annotations: Record<string, string> } } };
    };
    assert.deepEqual(spec.template.metadata.annotations, {
      "prometheus.io/scrape": "false",
      "prometheus.io/port": "9808",
    });
  });

  it("runs the command that it is given", async () => {
    const { resources } = await run(() => workers({ command: ["my-worker"] }));
    assert.ok(JSON.stringify(the(resources, "Deployment").inputs).includes('"command":["my-worker"]'));
  });

  it("waits for its start as told, and for its stop as long as its tasks take", async () => {
    const { resources } = await run(() => workers({ readyTimeout: "5m", longestTaskSeconds: 60 }));
    assert.deepEqual(the(resources, "Deployment").timeouts.sort(), ["390s", "5m", "5m"]);
  });

  it("registers exactly its public outputs", async () => {
    const { resources, result } = await run(() => workers());
    assert.deepEqual(the(resources, "CeleryWorkers").outputs.sort(), outputsOf(result));
    assert.deepEqual(await known({ name: result.deploymentName, queues: result.queues }), {
      name: "mail-workers-0000000",
      queues: ["tasks"],
    });
  });

  it("refuses to guess the Kubernetes cluster", async () => {
    assert.equal(
      await refusal(() => new CeleryWorkers("mail", { ...IMAGE, app: "mail.tasks", broker: BROKER })),
      'CeleryWorkers "mail" has no Kubernetes provider. Pass { provider } in the third argument, e.g. { provider: cluster.provider }.',
    );
  });

  it("reports every problem at once", async () => {
    assert.equal(
      await refusal(() =>
        workers({
          app: "mail tasks",
          queues: [],
          pool: "solo" as "prefork",
          prefetch: 0,
          env: { HA_CELERY_QUEUES: "x" },
        }),
      ),
      [
        'CeleryWorkers "mail" has 5 problems:',
        '  - app is "mail tasks", which is not what `celery --app` takes. Use for example "mail.tasks" or "mail.tasks:app".',
        '  - queues is empty. Use at least one, for example ["tasks"].',
        '  - pool is "solo", which answers no heartbeat of the broker while a task runs, so long tasks run again and again. Use "prefork" with concurrency 1.',
        "  - prefetch is 0, but each process holds this many tasks, the running one included. Use a whole number from 1 to 1000.",
        "  - env has HA_CELERY_QUEUES, which the component sets. Use queues.",
      ].join("\n"),
    );
  });
});

describe("CeleryJob", () => {
  it("creates exactly its Job, below itself and with its provider", async () => {
    const { resources } = await run(() => job());
    assert.deepEqual(list(resources), ["CeleryJob nightly", "Job nightly-run"]);
    assertChildren(resources, "ha-celery:index:CeleryJob nightly");
  });

  it("renders the objects of the golden", async () => {
    const { resources } = await run(() =>
      job({
        tasks: 500,
        run: "2026-11-23",
        ledger: LEDGER,
        env: { LANGUAGE: "eo" },
        queues: ["tasks", "mail"],
      }),
    );
    assertGolden("celeryJob", resources);
  });

  it("renders the objects of the golden, with every option", async () => {
    const { resources } = await run(() =>
      job({
        broker: TLS,
        resultBackend: REDIS,
        command: ["my-job"],
        compute: { cpu: "1", cpuLimit: "2", memory: "1Gi" },
        backoffLimit: 0,
        env: { LANGUAGE: "eo" },
        envFromSecrets: { SMTP_PASSWORD: { secretName: "smtp", key: "password" } },
        runAsUser: 1000,
        nodeSelector: { pool: "spot" },
        tolerations: [{ key: "spot", operator: "Exists" }],
        priorityClassName: "low",
      }),
    );
    assertGolden("celeryJob-custom", resources);
  });

  it("is another Job under another run's name, and the same one under the same", async () => {
    const inputs = async (name: string) => the((await run(() => job({ run: name }))).resources, "Job").inputs;
    assert.deepEqual(await inputs("one"), await inputs("one"));
    assert.notDeepEqual(await inputs("one"), await inputs("two"));
  });

  it("waits for its completion as long as told", async () => {
    const { resources } = await run(() => job({ completionTimeout: "1h" }));
    assert.deepEqual(the(resources, "Job").timeouts, ["1h", "1h"]);
  });

  it("registers exactly its public outputs", async () => {
    const { resources, result } = await run(() => job());
    assert.deepEqual(the(resources, "CeleryJob").outputs.sort(), outputsOf(result));
    assert.deepEqual(await known({ name: result.jobName, run: result.run }), {
      name: "nightly-run-0000000",
      run: "run-1",
    });
  });

  it("reports every problem at once", async () => {
    assert.equal(
      await refusal(() => job({ tasks: 0, run: "../x" })),
      [
        'CeleryJob "nightly" has 2 problems:',
        "  - tasks is 0, but the Job publishes at least one task and keeps all task IDs in memory. Use a whole number from 1 to 1000000.",
        '  - run is "../x", but task IDs start with it. Use up to 64 letters, digits, "." and "-", starting with a letter or a digit.',
      ].join("\n"),
    );
  });
});

describe("TaskLedger", () => {
  it("creates exactly its objects, all below itself and with its provider", async () => {
    const { resources } = await run(() => ledger());
    assert.deepEqual(list(resources), [
      "Deployment count-server",
      "NetworkPolicy count-access",
      "PersistentVolumeClaim count-data",
      "RandomPassword count-token",
      "Secret count-token",
      "Service count-server",
      "TaskLedger count",
    ]);
    assertChildren(resources, "ha-celery:index:TaskLedger count");
  });

  it("renders the objects of the golden", async () => {
    const { resources } = await run(() =>
      ledger({ storage: { className: "ssd" }, nodeSelector: { disk: "yes" } }),
    );
    assertGolden("taskLedger", resources);
  });

  it("renames the Secret with its token when that changes, also if the provider may change Secrets in place", async () => {
    const { resources } = await run(() => ledger());
    assert.deepEqual(the(resources, "Secret").replaceOnChanges, ["data", "stringData"]);
  });

  it("gives out its URL only once it is ready", async () => {
    const { resources, result } = await run(() => ledger());
    assert.ok(the(resources, "Service").dependencies.includes("kubernetes:apps/v1:Deployment count-server"));
    assert.deepEqual(await known(result.connection), {
      url: "http://count-server-0000000.jobs.svc:8080",
      token: { secretName: "count-token-0000000", key: "token" },
      clientLabels: { "ha-celery/ledger": "count" },
    });
  });

  it("registers exactly its public outputs", async () => {
    const { resources, result } = await run(() => ledger());
    assert.deepEqual(the(resources, "TaskLedger").outputs.sort(), outputsOf(result));
  });

  it("reports its problem", async () => {
    assert.equal(
      await refusal(() => ledger({ storage: { size: "much" } })),
      'TaskLedger "count": storage.size is "much", which is not a Kubernetes quantity. Use for example "1Gi".',
    );
  });
});
