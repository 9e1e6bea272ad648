import assert from "node:assert/strict";
import { type BrokerTls, RabbitMqCluster } from "../../../../components";
import { type Registered, cluster, run, the } from "../engine";

interface Container {
  env?: { name: string; value?: string }[];
  volumeMounts: { name: string; mountPath: string }[];
}

interface StatefulSet {
  metadata: { annotations: Record<string, string> };
  spec: { template: { spec: { initContainers: Container[]; containers: Container[] } } };
}

const IMAGE = "registry/rabbitmq@sha256:abc";
const ARGUMENTS = "-proto_dist inet_tls -ssl_dist_optfile /etc/rabbitmq/conf.d/inter-node-tls.config";
const SERVER = "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS";
const TOOLS = "RABBITMQ_CTL_ERL_ARGS";

const create = async (tls?: BrokerTls): Promise<Registered[]> =>
  (await run(() => new RabbitMqCluster("mq", { namespace: "jobs", image: IMAGE, tls }, cluster()))).resources;

const optionsOf = (resources: Registered[]) =>
  (the(resources, "ConfigMap", "mq-config").inputs as { data: Record<string, string> }).data[
    "inter-node-tls.config"
  ];

/** The arguments of Erlang in the init container and in the node, and what each mounts of the files that they name. */
function containersOf(resources: Registered[]) {
  const { spec } = the(resources, "StatefulSet").inputs as unknown as StatefulSet;
  const { initContainers, containers } = spec.template.spec;
  return [...initContainers, ...containers].map(({ env = [], volumeMounts }) => ({
    arguments: Object.fromEntries(
      env.filter(({ name }) => [SERVER, TOOLS].includes(name)).map(({ name, value }) => [name, value]),
    ),
    mounts: volumeMounts.map(({ mountPath }) => mountPath).filter((path) => /tls|conf\.d/.test(path)),
  }));
}

describe("TLS between broker nodes", () => {
  it("is off by default, also with TLS for clients", async () => {
    for (const tls of [undefined, {}, { interNode: false }]) {
      const resources = await create(tls);
      assert.equal(optionsOf(resources), undefined);
      assert.ok(containersOf(resources).every((each) => Object.keys(each.arguments).length === 0));
      const { metadata } = the(resources, "StatefulSet").inputs as unknown as StatefulSet;
      assert.ok(!("ha-celery/inter-node-tls" in metadata.annotations));
    }
  });

  it("verifies both sides with the mounted certificate", async () => {
    const common = [
      '{cacertfile, "/etc/rabbitmq-tls/ca.crt"}, {certfile, "/etc/rabbitmq-tls/tls.crt"}',
      '{keyfile, "/etc/rabbitmq-tls/tls.key"}, {verify, verify_peer}',
      "{versions, ['tlsv1.3', 'tlsv1.2']}",
    ].join(", ");
    assert.equal(
      optionsOf(await create({ interNode: true })),
      `[{server, [${common}, {fail_if_no_peer_cert, true}]},\n {client, [${common}]}].\n`,
    );
  });

  it("applies to the node and to every command in its pod", async () => {
    const mounts = ["/etc/rabbitmq/conf.d", "/etc/rabbitmq-tls"];
    assert.deepEqual(containersOf(await create({ interNode: true })), [
      { arguments: { [TOOLS]: ARGUMENTS }, mounts },
      { arguments: { [TOOLS]: ARGUMENTS, [SERVER]: ARGUMENTS }, mounts },
    ]);
  });

  it("is recorded with the origin of the certificate, which cannot change while nodes run", async () => {
    for (const [tls, origin] of [
      [{ interNode: true }, "generated"],
      [{ interNode: true, secretName: "broker-tls", serverName: "broker.example.com" }, "secret"],
    ] as const) {
      const { metadata } = the(await create(tls), "StatefulSet").inputs as unknown as StatefulSet;
      assert.equal(metadata.annotations["ha-celery/inter-node-tls"], origin);
    }
  });
});
