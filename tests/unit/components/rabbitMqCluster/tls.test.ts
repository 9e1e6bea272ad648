import assert from "node:assert/strict";
import { RabbitMqCluster } from "../../../../components";
import { type Registered, type Run, cluster, known, passwordOf, run, the } from "../engine";
import { assertGolden } from "../goldens";

/** Everything that a text of the objects says about a port. */
const rendered = (resources: Registered[]) => JSON.stringify(resources.map(({ inputs }) => inputs));

describe("RabbitMqCluster with TLS", () => {
  let broker: Run<RabbitMqCluster>;
  before(async () => {
    broker = await run(
      () =>
        new RabbitMqCluster(
          "mq",
          {
            namespace: "jobs",
            image: "registry/rabbitmq@sha256:abc",
            tls: { secretName: "broker-tls", serverName: "broker.example.com" },
            config: { "ssl_options.honor_cipher_order": "true" },
            access: { managementNamespaces: ["keda"] },
          },
          cluster(),
        ),
    );
  });

  it("renders the objects of the golden", () => {
    assertGolden("rabbitMqCluster-tls", broker.resources);
  });

  it("has no port left that is not encrypted", () => {
    const nodes = rendered(
      broker.resources.filter(({ type }) => /:(StatefulSet|ConfigMap|Secret)$/.test(type)),
    );
    assert.doesNotMatch(nodes, /\b(5672|15672|15692)\b/);
    assert.match(nodes, /\b5671\b.*\b15671\b.*\b15691\b/);
  });

  it("leads clients to the nodes with and without TLS while it is turned on, each on its port", () => {
    const { spec } = the(broker.resources, "Service", "mq-client").inputs as {
      spec: { ports: { port: number; targetPort: string }[] };
    };
    // By name: the pods have the names of their own ports only.
    assert.deepEqual(
      spec.ports.map(({ port, targetPort }) => `${port} ${targetPort}`),
      [
        "5672 amqp",
        "5671 amqps",
        "15672 management",
        "15671 management-tls",
        "15692 prometheus",
        "15691 prometheus-tls",
      ],
    );
  });

  it("tells clients how to check the certificate", async () => {
    const { port, amqpUrl, connection } = broker.result;
    const password = passwordOf("mq-password");
    assert.deepEqual(await known({ port, amqpUrl, trust: connection.trust }), {
      port: 5671,
      amqpUrl: `amqps://celery:${password}@mq-client-0000000.jobs.svc:5671/celery`,
      trust: {
        authority: { secretName: "broker-tls", key: "ca.crt" },
        serverName: "broker.example.com",
      },
    });
    const { stringData } = the(broker.resources, "Secret", "mq-monitoring").inputs as {
      stringData: Record<string, string>;
    };
    assert.equal(
      stringData["management-url"],
      `https://monitoring:${passwordOf("mq-monitoring-password")}@mq-client-0000000.jobs.svc:15671/celery`,
    );
  });
});
