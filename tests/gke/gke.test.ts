import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { ContainerRegistry, GkeCluster, type GkeClusterArgs } from "../../components";
import { ensurePulumi } from "../../local/toolchain";
import { ProviderStack, succeeded, touched } from "../cluster/providerStack";
import { BASE, CHANGES, PROJECT, PROTECTED } from "./changes";
import { ContainerApi, ENDPOINT_VARIABLE } from "./containerApi";
import { CLUSTER, Google, GOOGLE_VARIABLE } from "./google";

const lastPart = (id: string) => id.split("/").at(-1) ?? id;

/** What happens to each resource of a cluster, other than the component itself. */
function kinds(steps: Record<string, string[]>): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(steps)
      .filter(([name]) => name.includes("-"))
      .map(([name, all]) => [name, all.includes("replace") ? "replace" : all[0]]),
  );
}

/** A stack with a cluster and a registry, run by the real engine against the model of Google Cloud. */
class GkeStack {
  args: GkeClusterArgs = BASE;
  readonly stack = new ProviderStack();
  private readonly folder = mkdtempSync(join(tmpdir(), "ha-celery-gke-"));
  readonly google = new Google(join(this.folder, "google.json"));
  private readonly api = new ContainerApi(this.google);

  async open(): Promise<void> {
    const tools = await ensurePulumi(() => undefined);
    await this.stack.open(async () => this.program(), tools, {
      path: join(__dirname, "bin"),
      variables: { [GOOGLE_VARIABLE]: join(this.folder, "google.json") },
    });
    process.env[ENDPOINT_VARIABLE] = await this.api.listen();
  }

  close(): void {
    delete process.env.GOOGLE_CONTAINER_CUSTOM_ENDPOINT;
    this.api.close();
    this.stack.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private program(): void {
    const cluster = new GkeCluster("infra", this.args);
    const { deletionProtection } = this.args;
    new ContainerRegistry("images", {
      project: PROJECT,
      location: "us-east1",
      readers: [pulumi.interpolate`serviceAccount:${cluster.nodeServiceAccountEmail}`],
      deletionProtection,
    });
  }
}

describe("GKE, driven by the real engine against a model of Google Cloud", function () {
  this.timeout(600_000);
  const gke = new GkeStack();
  const { stack, google } = gke;

  before(async () => {
    process.env.HA_CELERY_SKIP_PREFLIGHT = "1";
    await gke.open();
  });
  after(() => {
    delete process.env.HA_CELERY_SKIP_PREFLIGHT;
    gke.close();
  });

  it("creates a cluster and a registry, although APIs are not ready at once", async () => {
    for (const module of ["projects", "compute", "container", "artifactregistry"]) google.slowDown(module, 1);
    succeeded(await stack.run("up"));
    assert.equal(google.list(CLUSTER).length, 1);
  });

  const settles = async (): Promise<void> => {
    for (const operation of ["up", "refresh", "up"] as const)
      assert.deepEqual(touched(succeeded(await stack.run(operation))), [], operation);
  };
  it("changes nothing in a second update, a refresh, and the update after it", settles);

  it("changes nothing in a second update with public nodes, authorized networks, and a spot pool", async () => {
    gke.args = {
      ...BASE,
      privateNodes: false,
      dnsEndpoint: false,
      authorizedNetworks: [{ cidr: "203.0.113.0/24" }],
      spotPool: { maxNodes: 3 },
    };
    succeeded(await stack.run("up"));
    await settles();
    gke.args = BASE;
  });

  it("changes nothing in a second update with every protection", async () => {
    gke.args = PROTECTED;
    succeeded(await stack.run("up"));
    await settles();
    gke.args = BASE;
    succeeded(await stack.run("up"));
    await settles();
  });

  for (const [change, expected] of CHANGES) {
    it(`previews ${JSON.stringify(change)}`, async () => {
      gke.args = { ...BASE, ...change };
      const { steps } = succeeded(await stack.run("preview"));
      gke.args = BASE;
      assert.deepEqual(kinds(steps), expected);
    });
  }

  it("moves to a zone of its region with a network of its own, because the old cluster keeps its ranges", async () => {
    gke.args = { ...BASE, location: "us-east1-c" };
    const { steps } = succeeded(await stack.run("up"));
    for (const name of ["infra-network", "infra-subnetwork", "infra-cluster"])
      assert.deepEqual(steps[name], ["create-replacement", "replace", "delete-replaced"], name);
    assert.equal(google.list(CLUSTER).length, 1);
    gke.args = BASE;
    succeeded(await stack.run("up"));
  });

  it("deletes nothing of a protected stack, although no preview stops the destroy", async () => {
    gke.args = { ...BASE, deletionProtection: true };
    succeeded(await stack.run("up"));
    const before = google.all();
    const outcome = await stack.run("destroy");
    assert.match(outcome.messages.join("\n"), /cannot be deleted\s+because it is protected/);
    assert.deepEqual(google.all(), before);
    gke.args = BASE;
    succeeded(await stack.run("up"));
  });

  it("destroys everything", async () => {
    succeeded(await stack.run("destroy"));
    assert.equal(google.list(CLUSTER).length, 0);
  });

  it("names the cluster that a killed update left behind, and the command that imports it", async () => {
    google.stallNextCluster();
    await stack.run("up", { at: /Google creates the cluster/, by: "kill" });
    await stack.cli(["cancel", "--yes"]);
    const [id = ""] = google.list(CLUSTER);
    const { messages, error } = await stack.run("up");
    assert.ok(error);
    const message = messages.join("\n");
    assert.match(
      message,
      new RegExp(`Google has the cluster ${lastPart(id)}, which this stack does not know`),
    );

    for (const [, command = ""] of message.matchAll(/^ *pulumi ((?:import|refresh) .*)$/gm))
      await stack.cli([...command.replaceAll("'", "").split(" "), "--yes"]);
    assert.equal(succeeded(await stack.run("up")).steps["infra-cluster"], undefined);
    assert.deepEqual(google.list(CLUSTER), [id]);
    succeeded(await stack.run("destroy"));
  });
});
