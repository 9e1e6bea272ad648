import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { type RabbitMqClusterArgs, RabbitMqCluster } from "../../../../components";
import { enabledPlugins } from "../../../../components/rabbitMqCluster/configuration";
import { resolveBroker } from "../../../../components/rabbitMqCluster/resolve";
import { type Run, cluster, known, list, outputsOf, passwordOf, refusal, run, shows, the } from "../engine";
import { assertGolden } from "../goldens";

const ARGS: RabbitMqClusterArgs = { namespace: "jobs", image: "registry/rabbitmq@sha256:abc" };
const create = (args: Partial<RabbitMqClusterArgs> = {}) =>
  new RabbitMqCluster("mq", { ...ARGS, ...args }, cluster());

describe("RabbitMqCluster", () => {
  let plain: Run<RabbitMqCluster>;
  before(async () => {
    plain = await run(() => create());
  });

  it("creates exactly its objects, all below itself and with its provider", async () => {
    const { resources } = plain;
    assert.deepEqual(list(resources), [
      "ConfigMap mq-config",
      "ConfigMap mq-founded",
      "NetworkPolicy mq-access",
      "PodDisruptionBudget mq-budget",
      "RabbitMqCluster mq",
      "RandomPassword mq-cookie",
      "RandomPassword mq-dead-letters-password",
      "RandomPassword mq-monitoring-password",
      "RandomPassword mq-password",
      "Secret mq-client",
      "Secret mq-credentials",
      "Secret mq-dead-letters",
      "Secret mq-definitions",
      "Secret mq-monitoring",
      "Service mq-client",
      "Service mq-nodes",
      "StatefulSet mq-set",
    ]);
    for (const each of resources.filter((each) => each.custom)) {
      assert.equal(each.parent, "ha-celery:index:RabbitMqCluster mq", each.name);
      if (each.type.startsWith("kubernetes:")) assert.equal(each.provider, "cluster", each.name);
    }
  });

  it("enables the plugins that docker/rabbitmq enables by itself", async () => {
    const image = await readFile(join(__dirname, "../../../../docker/rabbitmq/enabled_plugins"), "utf8");
    assert.equal(enabledPlugins(resolveBroker("mq", ARGS)), image);
  });

  it("renders the objects of the golden, with defaults", async () => {
    assertGolden("rabbitMqCluster", plain.resources);
  });

  it("renders the objects of the golden, with every option", async () => {
    const { resources } = await run(() =>
      create({
        replicas: 5,
        storage: { size: "50Gi", className: "ssd", onDelete: "delete" },
        compute: { cpu: "2", cpuLimit: "4", memory: "4Gi" },
        spread: "preferred",
        nodeSelector: { pool: "brokers" },
        tolerations: [{ key: "brokers", operator: "Exists", effect: "NoSchedule" }],
        priorityClassName: "important",
        config: { heartbeat: "60", "log.console.level": "debug", channel_max: "100" },
        plugins: ["rabbitmq_shovel"],
        vhost: "/",
        username: "mail",
        consumerTimeoutSeconds: 600,
        gracePeriodSeconds: 100,
        access: {
          clientNamespaces: ["web"],
          managementNamespaces: ["keda"],
          monitoringNamespaces: ["metrics"],
        },
        clusterDomain: "cluster.example",
      }),
    );
    assertGolden("rabbitMqCluster-custom", resources);
  });

  it("protects what cannot be made again, unless told not to", async () => {
    const kept = plain.resources.filter((each) => each.protect).map((each) => each.name);
    assert.deepEqual(kept.sort(), ["mq-cookie", "mq-credentials", "mq-monitoring-password", "mq-set"]);
    const { resources } = await run(() => create({ deletionProtection: false }));
    assert.deepEqual(
      resources.filter((each) => each.protect),
      [],
    );
  });

  it("gives out the URL only once the nodes are ready, and starts them after their names resolve", async () => {
    const { resources } = plain;
    for (const name of ["mq-client", "mq-dead-letters", "mq-monitoring"]) {
      const { dependencies } = the(resources, "Secret", name);
      assert.ok(
        dependencies.includes("kubernetes:apps/v1:StatefulSet mq-set"),
        `${name} waits for the nodes`,
      );
    }
    assert.ok(the(resources, "StatefulSet").dependencies.includes("kubernetes:core/v1:Service mq-nodes"));
  });

  it("waits as long as it is told to", async () => {
    const { resources } = await run(() => create({ readyTimeout: "5m", gracePeriodSeconds: 100 }));
    assert.deepEqual(the(resources, "StatefulSet").timeouts.sort(), ["400s", "5m", "5m"]);
  });

  it("registers exactly its public outputs", async () => {
    const { resources, result } = plain;
    assert.deepEqual(the(resources, "RabbitMqCluster").outputs.sort(), outputsOf(result));
  });

  it("says where it is", async () => {
    const { result: broker } = await run(() => create({ vhost: "/", username: "mail" }));
    const where = await known({
      host: broker.host,
      port: broker.port,
      url: broker.amqpUrl,
      secret: broker.amqpUrlSecretName,
      key: broker.amqpUrlSecretKey,
      headless: broker.headlessServiceName,
      set: broker.statefulSetName,
    });
    assert.deepEqual(where, {
      host: "mq-client-0000000.jobs.svc",
      port: 5672,
      url: `amqp://mail:${passwordOf("mq-password")}@mq-client-0000000.jobs.svc:5672/%2F`,
      secret: "mq-client-0000000",
      key: "amqp-url",
      headless: "mq-nodes",
      set: "mq",
    });
    assert.deepEqual(await known(broker.connection), {
      secretName: "mq-client-0000000",
      key: "amqp-url",
      clientLabels: { "ha-celery/broker": "mq" },
      trust: undefined,
      management: { secretName: "mq-monitoring-0000000", key: "management-url" },
    });
  });

  it("gives the user that may only look a URL of its own", async () => {
    const { resources } = await run(() => create({ vhost: "/" }));
    const password = passwordOf("mq-monitoring-password");
    assert.deepEqual(the(resources, "Secret", "mq-monitoring").inputs.stringData, {
      "management-url": `http://monitoring:${password}@mq-client-0000000.jobs.svc:15672/%2F`,
      username: "monitoring",
      password,
    });
  });

  it("keeps dead letters from the application, and gives them to a user with a Secret of its own", async () => {
    const { resources, result } = await run(() => create({ username: "mail" }));
    const { stringData } = the(resources, "Secret", "mq-definitions").inputs as {
      stringData: Record<string, string>;
    };
    const { permissions } = JSON.parse(stringData["definitions.json"] ?? "") as { permissions: object[] };
    assert.deepEqual(permissions, [
      {
        user: "mail",
        vhost: "celery",
        configure: "^(?!dead-letters$).*",
        write: ".*",
        read: "^(?!dead-letters$).*",
      },
      { user: "dead-letters", vhost: "celery", configure: "^$", write: ".*", read: "^dead-letters$" },
      { user: "monitoring", vhost: "celery", configure: "^$", write: "^$", read: "^$" },
    ]);
    const password = passwordOf("mq-dead-letters-password");
    assert.deepEqual(the(resources, "Secret", "mq-dead-letters").inputs.stringData, {
      "amqp-url": `amqp://dead-letters:${password}@mq-client-0000000.jobs.svc:5672/celery`,
      host: "mq-client-0000000.jobs.svc",
      port: "5672",
      vhost: "celery",
      username: "dead-letters",
      password,
    });
    assert.deepEqual(await known({ name: result.deadLettersSecretName }), {
      name: "mq-dead-letters-0000000",
    });
    assert.ok(!JSON.stringify(await known(result.connection)).includes("dead-letters"));
  });

  it("leaves the cookie of an older version as it is: a replaced Secret would do no good", async () => {
    const { ignoreChanges, inputs } = the(plain.resources, "Secret", "mq-credentials");
    assert.deepEqual(ignoreChanges, ["stringData"]);
    assert.deepEqual(inputs.stringData, { "erlang-cookie": passwordOf("mq-cookie") });
  });

  it("keeps every password out of the plain state", async () => {
    const { resources, result } = plain;
    assert.ok(await pulumi.isSecret(result.amqpUrl));
    const holders = {
      "mq-cookie": "mq-credentials",
      "mq-password": "mq-client",
      "mq-dead-letters-password": "mq-dead-letters",
      "mq-monitoring-password": "mq-monitoring",
    };
    for (const [name, holder] of Object.entries(holders)) {
      const password = passwordOf(name);
      assert.ok(shows(the(resources, "Secret", holder).inputs, password), "the check finds what is shown");
      for (const each of resources) assert.ok(!shows(each.raw, password), `${each.name} shows a password`);
    }
  });

  it("changes the nodes' checksum with configuration and passwords, and with nothing else", async () => {
    const first = await checksum({});
    assert.equal(await checksum({}), first);
    assert.equal(await checksum({ replicas: 3, storage: { size: "20Gi" } }), first);
    assert.notEqual(await checksum({ config: { heartbeat: "60" } }), first);
    assert.notEqual(await checksum({ plugins: ["rabbitmq_shovel"] }), first);
    assert.notEqual(await checksum({ tls: { interNode: true } }), await checksum({ tls: {} }));
    assert.notEqual(await checksum({ username: "other" }), first);
  });

  it("leaves options of the listeners to the user", async () => {
    const { resources } = await run(() => create({ config: { "tcp_listen_options.backlog": "4096" } }));
    const { data } = the(resources, "ConfigMap", "mq-config").inputs as { data: Record<string, string> };
    assert.match(Object.values(data).join("\n"), /^tcp_listen_options.backlog = 4096$/m);
    assert.doesNotMatch(data["advanced.config"] ?? "", /tcp_listen_options/);
  });

  it("registers all children in a preview, when nothing is known", async () => {
    const { resources } = await run(() => create(), true);
    assert.equal(resources.length, 17);
  });

  it("refuses to guess the Kubernetes cluster", async () => {
    assert.equal(
      await refusal(() => new RabbitMqCluster("mq", ARGS)),
      'RabbitMqCluster "mq" has no Kubernetes provider. Pass { provider } in the third argument, e.g. { provider: cluster.provider }.',
    );
  });

  it("reports one problem in one line, and several together", async () => {
    assert.equal(
      await refusal(() => create({ replicas: 2 })),
      'RabbitMqCluster "mq": replicas is 2. Use an odd number (3 survives one node, 5 survives two).',
    );
    assert.equal(
      await refusal(() => create({ replicas: 2, username: "monitoring" })),
      [
        'RabbitMqCluster "mq" has 2 problems:',
        "  - replicas is 2. Use an odd number (3 survives one node, 5 survives two).",
        '  - username is "monitoring", which is the name of the read-only user. Use another name.',
      ].join("\n"),
    );
  });
});

async function checksum(args: Partial<RabbitMqClusterArgs>): Promise<string | undefined> {
  const { resources } = await run(() => create(args));
  const { spec } = the(resources, "StatefulSet").inputs as {
    spec: { template: { metadata: { annotations: Record<string, string> } } };
  };
  return spec.template.metadata.annotations["ha-celery/checksum"];
}
