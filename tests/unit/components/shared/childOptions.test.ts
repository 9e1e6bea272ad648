import assert from "node:assert/strict";
import {
  ContainerRegistry,
  GkeCluster,
  HaCelery,
  type HaCeleryArgs,
  Scraper,
  StorageClasses,
} from "../../../../components";
import { cluster, list, run } from "../engine";

const ARGS: HaCeleryArgs = {
  rabbitmqImage: "mq@sha256:abc",
  workerImage: "shop@sha256:abc",
  app: "shop",
  inject: true,
  broker: { deletionProtection: false, passwordRevision: 1, tls: {} },
  job: {},
  beat: {},
  ledger: {},
  monitoring: { by: Scraper.ConfigMap },
};
const GKE = { project: "my-project", location: "us-east1-c", deletionProtection: false };

describe("the option protect of a component", () => {
  it("leaves out what an update replaces, and wins over deletionProtection: false", async () => {
    const { resources } = await run(() => new HaCelery("orders", ARGS, { ...cluster(), protect: true }));
    const open = list(resources.filter(({ protect, name }) => !protect && !name.includes("-package-")));
    assert.deepEqual(open, [
      "CertRequest orders-broker-tls-request",
      "ConfigMap orders-broker-config",
      "ConfigMap orders-monitoring-dashboards",
      "ConfigMap orders-monitoring-prometheus",
      "Job orders-scheduler-run",
      "LocallySignedCert orders-broker-tls-certificate",
      "RandomPassword orders-broker-dead-letters-password",
      "RandomPassword orders-broker-dead-letters-password-2",
      "RandomPassword orders-broker-password",
      "RandomPassword orders-broker-password-2",
      "Secret orders-broker-client",
      "Secret orders-broker-dead-letters",
      "Secret orders-broker-definitions",
      "Secret orders-broker-monitoring",
      "Secret orders-ledger-token",
    ]);
    for (const { name, protect } of resources) if (name.includes("-package-")) assert.ok(!protect, name);
  });

  it("does the same on Google Cloud", async () => {
    const { resources } = await run(() => {
      const opts = { protect: true };
      new GkeCluster("infra", { ...GKE, dnsEndpoint: true, spotPool: { maxNodes: 3 }, backup: {} }, opts);
      new ContainerRegistry("images", { ...GKE, location: "us-east1" }, opts);
      new StorageClasses("disks", {}, { ...cluster(), ...opts });
    });
    assert.deepEqual(list(resources.filter(({ protect }) => !protect)), [
      "CryptoKeyIAMMember infra-key-secrets",
      "NodePool infra-spot",
      "StorageClass disks-ssd",
      "StorageClass disks-standard",
    ]);
  });
});
