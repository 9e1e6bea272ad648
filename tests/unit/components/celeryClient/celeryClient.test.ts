import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import {
  type BrokerConnection,
  type CeleryClientArgs,
  CeleryClient,
  RabbitMqCluster,
} from "../../../../components";
import {
  type Registered,
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

const PEM = "-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n";
const URL = "amqp://celery:secret@mq-client.jobs.svc:5672/celery";
const BROKER: BrokerConnection = {
  secretName: "mq",
  key: "amqp-url",
  clientLabels: { "ha-celery/broker": "mq" },
};
const TRUST = { authority: { secretName: "mq-tls", key: "ca.crt" }, serverName: "mq.example.com" };
const ARGS: CeleryClientArgs = { namespace: "jobs", broker: BROKER, amqpUrl: URL };
const client = (args: Partial<CeleryClientArgs> = {}) =>
  new CeleryClient("shop-client", { ...ARGS, ...args }, cluster());

/** The variables that a pod gets from the Secret. */
function variables(resources: Registered[], name = "shop-client-values"): Record<string, string> {
  const { data } = the(resources, "SecretPatch", name).inputs as { data: Record<string, string> };
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString()]),
  );
}

describe("CeleryClient", () => {
  it("creates a Secret of a fixed name in the broker's namespace and in each other, and nothing else", async () => {
    const { resources } = await run(() => client({ namespaces: ["web", "cron"] }));
    assert.deepEqual(list(resources), [
      "CeleryClient shop-client",
      "RandomPassword shop-client-checksum-key",
      "Secret shop-client-secret",
      "Secret shop-client-secret-cron",
      "Secret shop-client-secret-web",
      "SecretPatch shop-client-values",
      "SecretPatch shop-client-values-cron",
      "SecretPatch shop-client-values-web",
    ]);
    for (const each of resources.filter(({ type }) => type.startsWith("kubernetes:"))) {
      const { metadata } = each.inputs as { metadata: { name: string; namespace: string } };
      const [, namespace = "jobs"] = /-(?:secret|values)-(.+)$/.exec(each.name) ?? [];
      assert.deepEqual([metadata.name, metadata.namespace], ["shop-client", namespace], each.name);
      assert.equal(each.provider, "cluster");
    }
    assert.deepEqual(variables(resources, "shop-client-values-web"), variables(resources));
  });

  it("renders the objects of the golden, with every option", async () => {
    const { resources } = await run(() =>
      client({
        namespaces: ["web"],
        broker: { ...BROKER, trust: { ...TRUST, certificates: PEM } },
        queues: ["mail", "reports"],
        observable: true,
        publishBudgetSeconds: 8,
        secretName: "orders",
      }),
    );
    assertGolden("celeryClient", resources);
    assert.deepEqual(variables(resources), {
      HA_CELERY_BROKER_URL: URL,
      HA_CELERY_BROKER_CA_PEM: PEM,
      HA_CELERY_BROKER_SERVER_NAME: "mq.example.com",
      HA_CELERY_QUEUES: "mail,reports",
      HA_CELERY_PUBLISH_BUDGET_SECONDS: "8",
      HA_CELERY_OBSERVABLE: "true",
    });
  });

  it("has only what a publisher reads, and the defaults of the package", async () => {
    assert.deepEqual(variables((await run(() => client())).resources), {
      HA_CELERY_BROKER_URL: URL,
      HA_CELERY_QUEUES: "tasks",
      HA_CELERY_PUBLISH_BUDGET_SECONDS: "25",
    });
  });

  it("keeps the values out of the Secret itself, which Pulumi would replace when they change", async () => {
    const { resources } = await run(() => client());
    assert.deepEqual(Object.keys(the(resources, "Secret").inputs).sort(), [
      "apiVersion",
      "kind",
      "metadata",
      "type",
    ]);
  });

  it("is created after the broker's own Secret, which follows its nodes", async () => {
    const { resources } = await run(() => {
      const broker = new RabbitMqCluster("mq", { namespace: "jobs", image: "mq@sha256:a" }, cluster());
      return client({ broker: broker.connection, amqpUrl: broker.amqpUrl });
    });
    for (const kind of ["Secret", "SecretPatch"]) {
      const { dependencies } = resources.find(
        ({ type, name }) => type.endsWith(`:${kind}`) && name.startsWith("shop"),
      ) as Registered;
      assert.ok(dependencies.includes("kubernetes:core/v1:Secret mq-client"), kind);
    }
  });

  it("can be previewed before the broker exists, when its host and Secret are unknown", async () => {
    const { resources, result } = await run(() => {
      const broker = new RabbitMqCluster("mq", { namespace: "jobs", image: "mq@sha256:a" }, cluster());
      return client({ broker: broker.connection, amqpUrl: broker.amqpUrl, namespaces: ["web"] });
    }, true);
    assert.equal(resources.filter(({ type }) => type.endsWith(":SecretPatch")).length, 2);
    assert.deepEqual(result.labels, { "ha-celery/broker": "mq" });
  });

  for (const [what, amqpUrl] of [
    ["an output", () => pulumi.secret(URL)],
    ["a string", () => URL],
  ] as const)
    it(`hides the URL in the state, also if it is ${what}`, async () => {
      const { resources } = await run(() => client({ amqpUrl: amqpUrl() }));
      for (const { raw, name } of resources) assert.ok(!shows(raw, "secret@"), name);
      assert.ok(!shows(the(resources, "SecretPatch").raw, Buffer.from(URL).toString("base64")));
    });

  it("works in a namespace whose name a user's mocks do not tell", async () => {
    const namespace = pulumi.output(undefined) as pulumi.Output<unknown> as pulumi.Output<string>;
    assert.deepEqual(await rejections(() => client({ namespace, namespaces: ["web"] })), []);
  });

  it("spreads into a pod without TLS", async () => {
    const { result } = await run(() => client());
    const { labels, envFrom, env, volumes, volumeMounts } = result;
    assert.deepEqual(await known({ labels, envFrom, env, volumes, volumeMounts }), {
      labels: { "ha-celery/broker": "mq" },
      envFrom: [{ secretRef: { name: "shop-client" } }],
      env: [],
      volumes: [],
      volumeMounts: [],
    });
  });

  it("spreads into a pod with TLS: the file from the copied Secret, or else from the broker's", async () => {
    const { result } = await run(() =>
      [{ ...TRUST, certificates: PEM }, TRUST].map(
        (trust, index) =>
          new CeleryClient(
            `client-${index}`,
            {
              ...ARGS,
              broker: { ...BROKER, trust },
              resultBackend: { secretName: "redis", key: "url" },
            },
            cluster(),
          ),
      ),
    );
    const pods = await Promise.all(
      result.map(({ env, volumes, volumeMounts }) => known({ env, volumes, volumeMounts })),
    );
    const env = [
      { name: "HA_CELERY_BROKER_CA", value: "/etc/ha-celery/broker-ca/ca.crt" },
      { name: "HA_CELERY_BROKER_SERVER_NAME", value: "mq.example.com" },
      { name: "HA_CELERY_RESULT_BACKEND", valueFrom: { secretKeyRef: { name: "redis", key: "url" } } },
    ];
    const volumeMounts = [{ name: "broker-ca", mountPath: "/etc/ha-celery/broker-ca", readOnly: true }];
    const volume = (secretName: string, key: string) => [
      { name: "broker-ca", secret: { secretName, items: [{ key, path: "ca.crt" }] } },
    ];
    assert.deepEqual(pods, [
      { env, volumeMounts, volumes: volume("client-0", "HA_CELERY_BROKER_CA_PEM") },
      { env, volumeMounts, volumes: volume("mq-tls", "ca.crt") },
    ]);
  });

  it("has a checksum that changes with the password, and is not a secret", async () => {
    const checksumOf = async (amqpUrl: pulumi.Input<string>) => {
      const { result } = await run(() => client({ amqpUrl }));
      assert.deepEqual(Object.keys(result.annotations), ["ha-celery/client-checksum"]);
      assert.equal(await pulumi.isSecret(result.checksum), false);
      return (await known({ sum: result.checksum })).sum;
    };
    const first = await checksumOf(pulumi.secret(URL));
    assert.match(first, /^[0-9a-f]{64}$/);
    assert.equal(await checksumOf(URL), first);
    assert.notEqual(await checksumOf(URL.replace("secret", "other")), first);
  });

  it("has a checksum with a key of its own, so that nobody can check a guess of the password", async () => {
    const { resources, result } = await run(() => {
      const opts = cluster();
      return ["web", "cron"].map((name) => new CeleryClient(name, ARGS, opts).checksum);
    });
    assert.deepEqual(variables(resources, "web-values"), variables(resources, "cron-values"));
    const { sums } = await known({ sums: result });
    assert.notEqual(sums[0], sums[1]);
    const key = passwordOf("web-checksum-key");
    for (const { name, raw } of resources) assert.ok(!shows(raw, key), name);
  });

  it("registers exactly its public outputs", async () => {
    const { resources, result } = await run(() => client());
    assert.deepEqual(the(resources, "CeleryClient").outputs.sort(), outputsOf(result));
    assert.deepEqual(outputsOf(result), ["checksum", "clientLabels", "secretName"]);
  });

  it("names labels that are not known yet as an output only", async () => {
    const { result } = await run(() =>
      client({ broker: { ...BROKER, clientLabels: pulumi.output({ "ha-celery/broker": "mq" }) } }),
    );
    assert.throws(() => result.labels, /Use clientLabels instead of labels/);
    assert.deepEqual(await known({ labels: result.clientLabels }), { labels: { "ha-celery/broker": "mq" } });
  });

  it("refuses what no namespace, queue, or Secret can be, all at once", async () => {
    const message = await refusal(() =>
      client({
        namespaces: ["Web", "cron", "cron", "jobs"],
        queues: [],
        publishBudgetSeconds: 0,
        secretName: "Orders",
      }),
    );
    for (const problem of [
      'secretName is "Orders"',
      "publishBudgetSeconds is 0, but a publishing call needs time",
      'namespaces[0] is "Web"',
      "queues is empty",
    ])
      assert.ok(message.includes(problem), message);
    const twice = await refusal(() => client({ namespaces: ["cron", "cron", "jobs"] }));
    assert.match(twice, /namespaces has "jobs", which is the broker's own namespace/);
    assert.match(twice, /namespaces has "cron" twice/);
  });
});
