import assert from "node:assert/strict";
import { CeleryClient, CeleryWorkers, RabbitMqCluster } from "../../../../components";
import { renewalPeriod } from "../../../../components/rabbitMqCluster/certificate";
import { type Run, cluster, known, list, run, shows, the } from "../engine";

const HOST = "mq-client-0000000.jobs.svc";
const KEYS = ["private key mq-ca-key", "private key mq-tls-key"];

const create = (preview = false) =>
  run(() => {
    const broker = new RabbitMqCluster(
      "mq",
      { namespace: "jobs", image: "registry/rabbitmq@sha256:abc", tls: {} },
      cluster(),
    );
    const common = { namespace: "jobs", broker: broker.connection };
    new CeleryClient("shop", { ...common, amqpUrl: broker.amqpUrl, namespaces: ["web"] }, cluster());
    new CeleryWorkers("pool", { ...common, image: "registry/worker@sha256:def", app: "shop" }, cluster());
    return broker;
  }, preview);

const decoded = (value: unknown) => Buffer.from(String(value), "base64").toString();

describe("RabbitMqCluster with a generated certificate", () => {
  let broker: Run<RabbitMqCluster>;
  before(async () => {
    broker = await create();
  });

  it("has an authority, and a certificate in a Secret whose name never changes", () => {
    const { resources } = broker;
    const generated = list(resources).filter((each) => /mq-(ca|tls)/.test(each));
    assert.deepEqual(generated, [
      "CertRequest mq-tls-request",
      "LocallySignedCert mq-tls-certificate",
      "PrivateKey mq-ca-key",
      "PrivateKey mq-tls-key",
      "Secret mq-tls",
      "SecretPatch mq-tls-values",
      "SelfSignedCert mq-ca",
    ]);
    const { metadata } = the(resources, "Secret", "mq-tls").inputs;
    assert.equal((metadata as { name: string }).name, "mq-tls");
    const values = the(resources, "SecretPatch", "mq-tls-values");
    assert.deepEqual(values.dependencies, [
      "kubernetes:core/v1:Secret mq-tls",
      ...["locallySignedCert:LocallySignedCert mq-tls-certificate", "privateKey:PrivateKey mq-tls-key"].map(
        (each) => `tls:index/${each}`,
      ),
      "tls:index/selfSignedCert:SelfSignedCert mq-ca",
    ]);
    const { data } = values.inputs as { data: Record<string, string> };
    assert.deepEqual(
      Object.entries(data).map(([key, value]) => [key, decoded(value)]),
      [
        ["ca.crt", "certificate mq-ca"],
        ["tls.crt", "certificate mq-tls-certificate"],
        ["tls.key", "private key mq-tls-key"],
      ],
    );
  });

  it("is valid for the Service that clients use and for every node, and changes with the year", () => {
    const { subject, dnsNames } = the(broker.resources, "CertRequest").inputs;
    const nodes = ["*", "mq-0", "mq-1", "mq-2"].map((each) => `${each}.mq-nodes.jobs.svc.cluster.local`);
    assert.deepEqual(dnsNames, [HOST, ...nodes]);
    assert.equal((subject as Record<string, string>).organizationalUnit, renewalPeriod());
    assert.equal(renewalPeriod(new Date("2026-12-31T23:59:59Z")), "2026");
    assert.equal(renewalPeriod(new Date("2027-01-01T00:00:00Z")), "2027");
    const { validityPeriodHours } = the(broker.resources, "LocallySignedCert").inputs;
    // From January to the last December in which no update may come, and a year to notice it.
    assert.equal(validityPeriodHours, 3 * 365 * 24);
  });

  it("names its key usages as the provider's code does, not as its documentation does", () => {
    const usesOf = (kind: string) => the(broker.resources, kind).inputs.allowedUses;
    assert.deepEqual(usesOf("SelfSignedCert"), ["cert_signing", "crl_signing"]);
    assert.deepEqual(usesOf("LocallySignedCert"), ["digital_signature", "server_auth", "client_auth"]);
  });

  it("is mounted by the nodes once the Secret has its values", () => {
    const set = the(broker.resources, "StatefulSet");
    assert.ok(set.dependencies.includes("kubernetes:core/v1:SecretPatch mq-tls-values"));
    assert.ok(shows(set.inputs, "mq-tls"));
  });

  it("is verified by workers and other namespaces as one of the user's", async () => {
    const { trust } = broker.result.connection;
    assert.deepEqual(await known({ trust }), {
      trust: {
        authority: { secretName: "mq-tls", key: "ca.crt" },
        certificates: "certificate mq-ca",
        serverName: HOST,
      },
    });
    const { data } = the(broker.resources, "SecretPatch", "shop-values-web").inputs as {
      data: Record<string, string>;
    };
    assert.equal(decoded(data.HA_CELERY_BROKER_CA_PEM), "certificate mq-ca");
    assert.equal(decoded(data.HA_CELERY_BROKER_SERVER_NAME), HOST);
    const pods = the(broker.resources, "Deployment").inputs;
    assert.ok(shows(pods, "mq-tls") && shows(pods, HOST) && !shows(pods, "tls.key"));
  });

  it("shows no private key outside of secrets", () => {
    const values = broker.resources.filter(({ type }) => type.startsWith("kubernetes:"));
    for (const key of KEYS) {
      const base64 = Buffer.from(key).toString("base64");
      for (const { name, raw } of values) assert.ok(!shows(raw, key) && !shows(raw, base64), name);
    }
  });

  it("can be previewed before anything exists", async () => {
    const { resources } = await create(true);
    assert.ok(list(resources).includes("StatefulSet mq-set"));
  });
});
