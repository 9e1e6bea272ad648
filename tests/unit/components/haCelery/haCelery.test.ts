import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { type HaCeleryArgs, HaCelery, ScaleBy } from "../../../../components";
import { consumerTimeout } from "../../../../components/haCelery/pools";
import { LONGEST_NAME } from "../../../../components/haCelery/validation";
import {
  type Registered,
  type Run,
  cluster,
  known,
  list,
  outputsOf,
  passwordOf,
  refusal,
  rejections,
  run,
  shows,
  the,
} from "../engine";
import { assertGolden } from "../goldens";

const ARGS: HaCeleryArgs = {
  rabbitmqImage: "registry/rabbitmq@sha256:abc",
  workerImage: "registry/worker@sha256:def",
  app: "mail.tasks",
};
const FULL: HaCeleryArgs = {
  ...ARGS,
  namespaceName: "mail",
  broker: {
    storage: { size: "1Gi", onDelete: "delete" },
    compute: { cpu: "200m", memory: "768Mi" },
    deletionProtection: false,
  },
  workers: [
    { name: "fast", longestTaskSeconds: 30 },
    {
      name: "reports",
      queues: ["reports"],
      app: "mail.reports",
      replicas: 2,
      concurrency: 1,
      longestTaskSeconds: 1200,
    },
  ],
  job: { tasks: 1000 },
  beat: {},
  ledger: {},
  scheduledDrills: { image: "registry/drills@sha256:fed", scenes: ["pod-delete"], schedule: "0 3 * * 1" },
};
const create = (args: Partial<HaCeleryArgs> = {}, name = "celery") =>
  new HaCelery(name, { ...ARGS, ...args }, cluster());

describe("HaCelery", () => {
  let full: Run<HaCelery>;
  before(async () => {
    full = await run(() => create(FULL));
  });

  it("is a namespace, a broker and one pool by default", async () => {
    const { resources } = await run(() => create());
    assert.deepEqual(list(resources.filter((each) => each.parent === "ha-celery:index:HaCelery celery")), [
      "CeleryClient celery-client",
      "CeleryWorkers celery-default",
      "Namespace celery-namespace",
      "NetworkPolicy celery-deny-ingress",
      "RabbitMqCluster celery-broker",
    ]);
  });

  it("has parts with valid names, however long its own is", async () => {
    const name = "c".repeat(LONGEST_NAME);
    const parts = { ...FULL, monitoring: {}, workers: [{ name: "w".repeat(9) }] };
    assert.ok((await run(() => create(parts, name))).resources.length > 0);
    assert.match(
      await refusal(() => create({ ...parts, workers: [{ name: "w".repeat(10) }] }, name)),
      /workers\[0\]\.name is "w{10}", .* at most 9 characters/,
    );
    assert.match(await refusal(() => create(parts, `${name}c`)), /at most 30 characters/);
  });

  it("creates exactly the objects of its parts, and no Kubernetes cluster", async () => {
    const { resources } = full;
    assert.deepEqual(list(resources), [
      "CeleryBeat celery-beat",
      "CeleryClient celery-client",
      "CeleryJob celery-scheduler",
      "CeleryWorkers celery-fast",
      "CeleryWorkers celery-reports",
      "ClusterRole celery-drills-rights",
      "ClusterRoleBinding celery-drills-rights",
      "ConfigMap celery-broker-config",
      "ConfigMap celery-broker-founded",
      "CronJob celery-drills-run",
      "Deployment celery-beat-publisher",
      "Deployment celery-fast-workers",
      "Deployment celery-ledger-server",
      "Deployment celery-reports-workers",
      "HaCelery celery",
      "Job celery-scheduler-run",
      "Namespace celery-namespace",
      "NetworkPolicy celery-broker-access",
      "NetworkPolicy celery-deny-ingress",
      "NetworkPolicy celery-ledger-access",
      "PersistentVolumeClaim celery-beat-data",
      "PersistentVolumeClaim celery-ledger-data",
      "PodDisruptionBudget celery-broker-budget",
      "PodDisruptionBudget celery-fast-budget",
      "PodDisruptionBudget celery-reports-budget",
      "RabbitMqCluster celery-broker",
      "RandomPassword celery-broker-cookie",
      "RandomPassword celery-broker-dead-letters-password",
      "RandomPassword celery-broker-monitoring-password",
      "RandomPassword celery-broker-password",
      "RandomPassword celery-client-checksum-key",
      "RandomPassword celery-ledger-token",
      "Role celery-drills-rights",
      "RoleBinding celery-drills-rights",
      "ScheduledDrills celery-drills",
      "Secret celery-broker-client",
      "Secret celery-broker-credentials",
      "Secret celery-broker-dead-letters",
      "Secret celery-broker-definitions",
      "Secret celery-broker-monitoring",
      "Secret celery-client-secret",
      "Secret celery-ledger-token",
      "SecretPatch celery-client-values",
      "Service celery-broker-client",
      "Service celery-broker-nodes",
      "Service celery-ledger-server",
      "ServiceAccount celery-drills-account",
      "StatefulSet celery-broker-set",
      "TaskLedger celery-ledger",
    ]);
    for (const each of resources.filter((each) => each.type.startsWith("kubernetes:"))) {
      assert.equal(each.provider, "cluster", each.name);
    }
  });

  it("renders the objects of the golden", async () => {
    assertGolden("haCelery", full.resources);
  });

  it("starts the workers after the broker and the ledger, the job after the workers", async () => {
    const { resources } = full;
    for (const pool of ["fast", "reports"]) {
      const { dependencies } = the(resources, "Deployment", `celery-${pool}-workers`);
      assert.ok(dependencies.includes("kubernetes:core/v1:Secret celery-broker-client"), pool);
      assert.ok(dependencies.includes("kubernetes:core/v1:Service celery-ledger-server"), pool);
      const { dependencies: ofJob } = the(resources, "CeleryJob");
      assert.ok(ofJob.includes(`kubernetes:apps/v1:Deployment celery-${pool}-workers`), pool);
    }
  });

  it("protects and keeps the namespace as long as the broker's volumes are worth it", async () => {
    const namespace = async (broker: HaCeleryArgs["broker"]) => {
      const { protect, retainOnDelete } = the((await run(() => create({ broker }))).resources, "Namespace");
      return { protect, retainOnDelete };
    };
    assert.deepEqual(await namespace({}), { protect: true, retainOnDelete: true });
    assert.deepEqual(await namespace({ deletionProtection: false }), {
      protect: false,
      retainOnDelete: true,
    });
    assert.deepEqual(await namespace({ deletionProtection: false, storage: { onDelete: "delete" } }), {
      protect: false,
      retainOnDelete: false,
    });
  });

  it("uses an existing namespace as it is", async () => {
    const { resources } = await run(() =>
      create({ ...FULL, namespaceName: undefined, existingNamespace: "jobs" }),
    );
    assert.equal(
      resources.filter((each) => /Namespace|deny-ingress/.test(`${each.type} ${each.name}`)).length,
      0,
    );
    for (const each of objects(resources))
      if (each.kind.startsWith("ClusterRole")) assert.match(each.name, /^jobs-/);
      else assert.equal(each.namespace, "jobs", each.name);
  });

  it("fits twice into one namespace", async () => {
    const twice = (name: string) =>
      create({ ...FULL, namespaceName: undefined, existingNamespace: "jobs" }, name);
    const { resources } = await run(() => [twice("one"), twice("two")]);
    const names = objects(resources).map((each) => `${each.kind} ${each.name}`);
    assert.equal(new Set(names).size, names.length, "no object has the name of another");
    const selectors = resources
      .map((each) => (each.inputs.spec as { selector?: unknown } | undefined)?.selector)
      .filter((selector) => selector !== undefined)
      .map((selector) => JSON.stringify(selector));
    assert.ok(
      selectors.every((selector) => /"(one|two)-/.test(selector)),
      "every selector names its installation",
    );
  });

  it("gives every pool, the job and the beat the same queues, and the broker enough patience for their tasks", async () => {
    const { resources } = full;
    for (const name of [
      "celery-fast-workers",
      "celery-reports-workers",
      "celery-scheduler-run",
      "celery-beat-publisher",
    ]) {
      const pod = JSON.stringify(resources.find((each) => each.name === name)?.inputs);
      assert.ok(pod.includes('{"name":"HA_CELERY_QUEUES","value":"tasks,reports"}'), name);
    }
    const config = JSON.stringify(the(resources, "ConfigMap", "celery-broker-config").inputs);
    assert.ok(config.includes("consumer_timeout = 6000000"), "four longest tasks and one to spare");
  });

  it("gives the broker patience for the tasks that a worker prefetches from each of its queues", () => {
    const pool = { name: "mail", longestTaskSeconds: 1200 };
    assert.equal(consumerTimeout([{ ...pool, queues: ["mail"] }]), 1200 * (4 + 1));
    assert.equal(consumerTimeout([{ ...pool, queues: ["mail", "news", "mail"] }]), 1200 * (2 * 4 + 1));
  });

  it("gives every part the result backend, but for those that have their own", async () => {
    const secret = (secretName: string) => ({ secretName, key: "url" });
    const { resources } = await run(() =>
      create({
        ...FULL,
        resultBackend: secret("redis"),
        workers: [{ name: "fast" }, { name: "reports", resultBackend: secret("database") }],
      }),
    );
    const backendOf = (name: string) =>
      variablesOf(resources, name).find((each) => each.name === "HA_CELERY_RESULT_BACKEND")?.valueFrom
        ?.secretKeyRef;
    for (const name of ["celery-fast-workers", "celery-scheduler-run", "celery-beat-publisher"])
      assert.deepEqual(backendOf(name), { name: "redis", key: "url" }, name);
    assert.deepEqual(backendOf("celery-reports-workers"), { name: "database", key: "url" });
    assert.equal(
      variablesOf(full.resources, "celery-fast-workers").filter(({ name }) => /RESULT_BACKEND/.test(name))
        .length,
      0,
    );
  });

  it("has every part check the certificate of a broker with TLS", async () => {
    const { resources } = await run(() =>
      create({
        ...FULL,
        broker: { ...FULL.broker, tls: { secretName: "mq-tls", serverName: "mq.example.com" } },
      }),
    );
    for (const name of ["celery-fast-workers", "celery-scheduler-run", "celery-beat-publisher"]) {
      const { containers, volumes } = podOf(resources, name);
      const serverName = containers[0]?.env.find((each) => each.name === "HA_CELERY_BROKER_SERVER_NAME");
      assert.equal(serverName?.value, "mq.example.com", name);
      assert.deepEqual(
        volumes.find((each) => each.name === "broker-ca")?.secret,
        { secretName: "mq-tls", items: [{ key: "ca.crt", path: "ca.crt" }] },
        name,
      );
    }
  });

  it("lets KEDA ask the management API when a pool scales by queue length, unless told who may", async () => {
    const managers = async (args: Partial<HaCeleryArgs>) => {
      const { resources } = await run(() => create(args));
      const { spec } = the(resources, "NetworkPolicy", "celery-broker-access").inputs as { spec: Policy };
      return spec.ingress
        .filter(({ ports }) => ports.some(({ port }) => port === 15672))
        .flatMap(({ from }) =>
          from.flatMap((peer) => peer.namespaceSelector?.matchExpressions[0]?.values ?? []),
        );
    };
    const byLength = { name: "a", autoscale: { maxReplicas: 5, by: ScaleBy.QueueLength } };
    assert.deepEqual(await managers({ workers: [{ name: "a", autoscale: { maxReplicas: 5 } }] }), []);
    assert.deepEqual(await managers({ workers: [byLength] }), ["keda"]);
    const access = { managementNamespaces: ["scaling"] };
    assert.deepEqual(await managers({ workers: [byLength], broker: { access } }), ["scaling"]);
    const clients = { clientNamespaces: ["web"] };
    assert.deepEqual(await managers({ workers: [byLength], broker: { access: clients } }), ["keda"]);
  });

  it("restarts the broker's nodes for a longer hold, unless it is set, and for no other change of the pools", async () => {
    const template = async (workers: HaCeleryArgs["workers"], consumerTimeoutSeconds?: number) => {
      const { resources } = await run(() => create({ workers, broker: { consumerTimeoutSeconds } }));
      return (the(resources, "StatefulSet").inputs as { spec: { template: object } }).spec.template;
    };
    const first = { name: "mail", queues: ["mail"], longestTaskSeconds: 3600 };
    const before = await template([first]);
    const second = { name: "reports", queues: ["reports"] };
    assert.deepEqual(await template([first, { ...second, longestTaskSeconds: 60, prefetch: 1 }]), before);
    assert.notDeepEqual(await template([{ ...first, queues: ["mail", "urgent"] }]), before);
    const longer = { ...second, longestTaskSeconds: 7200 };
    assert.notDeepEqual(await template([first, longer]), before);
    assert.deepEqual(await template([first, longer], 86_400), await template([first], 86_400));
  });

  it("refuses copies of the publishers' Secret in its own namespace also when that is an output", async () => {
    const program = (existingNamespace: pulumi.Input<string>) => () =>
      create({ existingNamespace, broker: { access: { clientNamespaces: ["mail", "shop"] } } });
    const [message, ...others] = await rejections(program(pulumi.output("shop")));
    assert.match(
      message ?? "",
      /^CeleryClient "celery-client": namespaces has "shop", which is the broker's own namespace\. Remove it\.$/,
    );
    assert.ok(others.every((other) => other === message));
    const { resources } = await run(program(pulumi.output("jobs")));
    assert.equal(resources.filter(({ type }) => type.endsWith(":SecretPatch")).length, 3);
  });

  it("gives publishers the queues of all pools, in every namespace that the broker admits", async () => {
    const { resources, result } = await run(() =>
      create({
        ...FULL,
        workers: [
          { name: "mail", queues: ["mail"] },
          { name: "reports", queues: ["reports"], observable: true },
        ],
        broker: { access: { clientNamespaces: ["mail", "shop", "shop"] } },
        client: { publishBudgetSeconds: 8 },
        resultBackend: { secretName: "redis", key: "url" },
      }),
    );
    const patches = resources.filter(({ type }) => type.endsWith(":SecretPatch"));
    const places = patches.map(({ inputs }) => inputs.metadata as { name: string; namespace: string });
    assert.deepEqual(places.map(({ name, namespace }) => `${namespace}/${name}`).sort(), [
      "mail/celery-client",
      "shop/celery-client",
    ]);
    const decoded = patches.map(({ inputs }) =>
      Object.entries(inputs.data as Record<string, string>).map(
        ([name, value]) => `${name}=${Buffer.from(value, "base64").toString()}`,
      ),
    );
    const { amqpUrl, clientSecretName, clientLabels } = result;
    const shared = await known({ amqpUrl, clientSecretName, clientLabels });
    const variables = [
      `HA_CELERY_BROKER_URL=${shared.amqpUrl}`,
      "HA_CELERY_OBSERVABLE=true",
      "HA_CELERY_PUBLISH_BUDGET_SECONDS=8",
      "HA_CELERY_QUEUES=mail,reports",
    ];
    assert.deepEqual(decoded, [variables, variables]);
    assert.equal(shared.clientSecretName, "celery-client");
    assert.deepEqual(shared.clientLabels, { "ha-celery/broker": "celery-broker" });
    assert.deepEqual(result.client.labels, shared.clientLabels);
    const { env } = await known({ env: result.client.env });
    assert.deepEqual(
      env.map(({ name }) => name),
      ["HA_CELERY_RESULT_BACKEND"],
    );
  });

  it("registers exactly its public outputs, the URL as a secret", async () => {
    const { resources, result } = full;
    assert.deepEqual(the(resources, "HaCelery").outputs.sort(), outputsOf(result));
    assert.ok(await pulumi.isSecret(result.amqpUrl));
    const { amqpUrl, ...rest } = await known({
      namespaceName: result.namespaceName,
      brokerHost: result.brokerHost,
      amqpUrl: result.amqpUrl,
      workerDeploymentNames: result.workerDeploymentNames,
      ledgerServiceName: result.ledgerServiceName,
      jobName: result.jobName,
      beatDeploymentName: result.beatDeploymentName,
      drillsCronJobName: result.drillsCronJobName,
    });
    assert.match(
      amqpUrl,
      /^amqp:\/\/celery:[0-9a-f]{40}@celery-broker-client-0000000\.mail\.svc:5672\/celery$/,
    );
    assert.deepEqual(rest, {
      namespaceName: "mail",
      brokerHost: "celery-broker-client-0000000.mail.svc",
      workerDeploymentNames: ["celery-fast-workers-0000000", "celery-reports-workers-0000000"],
      ledgerServiceName: "celery-ledger-server-0000000",
      jobName: "celery-scheduler-run-0000000",
      beatDeploymentName: "celery-beat-publisher-0000000",
      drillsCronJobName: "celery-drills-run-0000000",
    });
  });

  it("keeps every password out of the plain state", async () => {
    const { resources } = full;
    for (const name of ["cookie", "password", "dead-letters-password", "monitoring-password"]) {
      const password = passwordOf(`celery-broker-${name}`);
      for (const each of resources) assert.ok(!shows(each.raw, password), `${each.name} shows a password`);
    }
  });

  it("has no job, no beat and no ledger unless asked for", async () => {
    const { result } = await run(() => create());
    assert.equal(result.job, undefined);
    assert.equal(result.beat, undefined);
    assert.equal(result.ledger, undefined);
    const { jobName: job, beatDeploymentName: beat, ledgerServiceName: ledger } = result;
    assert.deepEqual(await known({ job, beat, ledger }), {
      job: undefined,
      beat: undefined,
      ledger: undefined,
    });
  });

  it("registers all children in a preview, when nothing is known", async () => {
    const { resources } = await run(() => create(FULL), true);
    assert.deepEqual(list(resources), list(full.resources));
  });

  it("refuses to guess the Kubernetes cluster", async () => {
    assert.equal(
      await refusal(() => new HaCelery("celery", ARGS)),
      'HaCelery "celery" has no Kubernetes provider. Pass { provider } in the third argument, e.g. { provider: cluster.provider }.',
    );
  });

  it("refuses a pool whose pods could not be told from the broker's or the beat's", async () => {
    const problem = (pool: string) =>
      `HaCelery "celery": workers[0].name is "${pool}", but alerts, scrapes, and commands find the ${pool} by that name. Choose another name.`;
    const named = (name: string, args: Partial<HaCeleryArgs> = {}) =>
      refusal(() => create({ workers: [{ name }], ...args }));
    assert.equal(await named("broker"), problem("broker"));
    assert.equal(await named("beat", { beat: {} }), problem("beat"));
    assert.equal(await named("beat"), "");
    assert.equal(await named("scheduler", { job: {} }), "");
    assert.equal(await named("ledger", { ledger: {} }), "");
  });

  it("reports the problems of all its parts at once", async () => {
    assert.equal(
      await refusal(() =>
        create({
          app: "",
          namespaceName: "Mail",
          existingNamespace: "jobs",
          broker: { replicas: 4, consumerTimeoutSeconds: 60 },
          workers: [
            { name: "a", longestTaskSeconds: 30, prefetch: 2 },
            { name: "a", concurrency: 0, longestTaskSeconds: 5 },
            { name: "b", longestTaskSeconds: 5, replicas: 1, autoscale: { maxReplicas: 2 } },
          ],
          job: { tasks: -1 },
          beat: { command: [] },
          ledger: { compute: { memory: "lots" } },
        }),
      ),
      [
        'HaCelery "celery" has 11 problems:',
        '  - namespaceName is "Mail", which is not a valid namespace name. Use lowercase letters, digits and "-".',
        '  - app is "", which is not what `celery --app` takes. Use for example "mail.tasks" or "mail.tasks:app".',
        "  - broker.replicas is 4. Use an odd number (3 survives one node, 5 survives two).",
        "  - workers[1].concurrency is 0, but it is a number of processes. Use a whole number of at least 1.",
        "  - workers[2].replicas and autoscale are mutually exclusive: the former sets a fixed number of pods, the latter a range. Remove one.",
        '  - workers has two pools named "a". Give each its own name.',
        "  - job.tasks is -1, but the Job publishes at least one task and keeps all task IDs in memory. Use a whole number from 1 to 1000000.",
        "  - beat.command is empty. Set it to the program to run, or omit it.",
        '  - ledger.compute.memory is "lots", which is not a Kubernetes quantity. Use for example "1Gi".',
        "  - namespaceName and existingNamespace are mutually exclusive: the former creates a namespace, the latter uses an existing one. Remove one.",
        "  - workers[0].longestTaskSeconds times prefetch times the number of queues is 60, but broker.consumerTimeoutSeconds is 60: the broker would redeliver tasks that are still running. Omit broker.consumerTimeoutSeconds, or raise it.",
      ].join("\n"),
    );
  });
});

interface Variable {
  name: string;
  value?: string;
  valueFrom?: { secretKeyRef: unknown };
}

interface Policy {
  ingress: {
    ports: { port: number }[];
    from: { namespaceSelector?: { matchExpressions: { values: string[] }[] } }[];
  }[];
}

interface Pod {
  containers: { env: Variable[] }[];
  volumes: { name: string; secret?: unknown }[];
}

/** The pods of a Deployment or Job. */
function podOf(resources: Registered[], name: string): Pod {
  const { inputs } = resources.find((each) => each.name === name) ?? {};
  return (inputs as { spec: { template: { spec: Pod } } }).spec.template.spec;
}

const variablesOf = (resources: Registered[], name: string): Variable[] =>
  podOf(resources, name).containers[0]?.env ?? [];

interface NamedObject {
  kind: string;
  name: string;
  namespace: string | undefined;
}

function objects(resources: Registered[]): NamedObject[] {
  return resources
    .filter(
      (each) =>
        each.type.startsWith("kubernetes:") && each.custom && !/:(Provider|SecretPatch)$/.test(each.type),
    )
    .map((each) => {
      const { kind, metadata } = each.inputs as {
        kind: string;
        metadata: { name?: string; namespace?: string };
      };
      return { kind, name: metadata.name ?? `${each.name}-0000000`, namespace: metadata.namespace };
    });
}
