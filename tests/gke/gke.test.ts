import assert from "node:assert/strict";
import { touched } from "../cluster/providerStack";
import { BASE } from "./changes";
import { CLUSTERS } from "./clusters";
import { CLUSTER } from "./google";
import { GkeStack, PREPARATION_MS, type StackArgs } from "./stack";

const lastPart = (id: string) => id.split("/").at(-1) ?? id;

/** What to do with the components beside the cluster. */
const BESIDE: Record<string, Omit<StackArgs, "cluster">> = {
  "every protection": { encryptedVolumes: true },
  "a given key, and images that are logged": {
    encryptedVolumes: true,
    registry: { vulnerabilityScanning: false },
    identity: { projectNumber: "123", roles: [] },
  },
};

describe("GKE, driven by the real engine against a model of Google Cloud", function () {
  this.timeout(600_000);
  const gke = new GkeStack();
  const { google } = gke;
  const base: StackArgs = { cluster: BASE };

  before(async function () {
    this.timeout(PREPARATION_MS);
    await gke.open();
  });
  after(() => gke.close());

  it("creates everything, although APIs are not ready at once", async () => {
    for (const module of ["projects", "compute", "container", "artifactregistry"]) google.slowDown(module, 1);
    await gke.succeed("up", base);
    assert.equal(google.list(CLUSTER).length, 1);
  });

  for (const [what, cluster] of CLUSTERS) {
    it(`changes nothing in a second update, a refresh, and the update after it, with ${what}`, async () => {
      await gke.succeed("up", { cluster, ...BESIDE[what] });
      for (const operation of ["up", "refresh", "up"] as const)
        assert.deepEqual(touched(await gke.succeed(operation)), [], operation);
    });
  }

  it("moves to a zone of its region with a network of its own, because the old cluster keeps its ranges", async () => {
    await gke.succeed("up", base);
    const { steps } = await gke.succeed("up", { cluster: { ...BASE, location: "us-east1-c" } });
    for (const name of ["infra-network", "infra-subnetwork", "infra-cluster"])
      assert.deepEqual(steps[name], ["create-replacement", "replace", "delete-replaced"], name);
    assert.equal(google.list(CLUSTER).length, 1);
    await gke.succeed("up", base);
  });

  it("deletes nothing of a protected cluster, although no preview stops the destroy", async () => {
    await gke.succeed("up", { cluster: { ...BASE, deletionProtection: true } });
    // An identity is not protected, like the workload that uses it.
    const ofCluster = () => google.all().filter((id) => !/reports-/.test(id));
    const before = ofCluster();
    const outcome = await gke.run("destroy");
    assert.match(outcome.messages.join("\n"), /cannot be deleted\s+because it is protected/);
    assert.deepEqual(ofCluster(), before);
    await gke.succeed("up", base);
  });

  it("destroys everything", async () => {
    await gke.succeed("destroy");
    assert.equal(google.list(CLUSTER).length, 0);
  });
});

describe("GKE, with plugins in processes of their own, as the engine starts them for a user", function () {
  this.timeout(600_000);
  const gke = new GkeStack({ processes: true });
  const { google } = gke;

  before(() => gke.open());
  after(() => gke.close());

  it("names the cluster that a killed update left behind, and the command that imports it", async () => {
    google.stallNextCluster();
    await gke.run("up", undefined, { at: /Google creates the cluster/, by: "kill" });
    await gke.cli(["cancel", "--yes"]);
    const [id = ""] = google.list(CLUSTER);
    const { messages, error } = await gke.run("up");
    assert.ok(error);
    const message = messages.join("\n");
    assert.match(
      message,
      new RegExp(`Google has the cluster ${lastPart(id)}, which this stack does not know`),
    );

    for (const [, command = ""] of message.matchAll(/^ *pulumi ((?:import|refresh) .*)$/gm))
      await gke.cli([...command.replaceAll("'", "").split(" "), "--yes"]);
    assert.equal((await gke.succeed("up")).steps["infra-cluster"], undefined);
    assert.deepEqual(google.list(CLUSTER), [id]);
    await gke.succeed("destroy");
  });
});
