import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { Registered, Run } from "../../../render/engine";
import type { Program } from "../../../render/program";
import { configurationOf, stacks } from "../../../render/stackConfig";
import { known, list, passwordOf, shows, the } from "../components/engine";
import { deploy, tree } from "./stackRuns";

const FOLDER = join(__dirname, "..", "goldens", "stacks");
const GENERATED = ["password", "dead-letters-password", "monitoring-password", "cookie"].map(
  (suffix) => `celery-broker-${suffix}`,
);

function assertGolden(stack: string, actual: string): void {
  const file = join(FOLDER, `${stack}.txt`);
  if (process.env.UPDATE_GOLDENS === "1") writeFileSync(file, actual);
  assert.ok(existsSync(file), `${file} does not exist. Run with UPDATE_GOLDENS=1 and read what it writes.`);
  assert.equal(
    actual,
    readFileSync(file, "utf8"),
    `${stack}.txt differs. If that is meant: UPDATE_GOLDENS=1.`,
  );
}

const isGke = (stack: string) => configurationOf(stack)["ha-celery:target"] === "gke";
const isKubernetes = ({ type }: Registered) => type.startsWith("kubernetes:");

for (const stack of stacks()) {
  describe(`stack ${stack}`, () => {
    let run: Run<Program>;
    before(async () => (run = await deploy(stack)));

    it("consists of the resources in the golden", () => assertGolden(stack, tree(run)));

    it("puts every Kubernetes object on its own cluster, never on one that happens to be current", () => {
      const provider = isGke(stack) ? "ha-celery-kubernetes" : "cluster";
      for (const each of run.resources.filter(isKubernetes)) assert.equal(each.provider, provider, each.name);
      const disabled = configurationOf(stack)["pulumi:disable-default-providers"];
      assert.deepEqual(JSON.parse(disabled ?? "[]"), ["kubernetes"]);
    });

    it("leaves nothing without a parent but components and providers", () => {
      for (const { name, custom, parent } of run.resources) assert.ok(!custom || parent !== "", name);
    });

    it("shows no generated password outside a secret, in inputs or outputs", async () => {
      for (const each of run.resources)
        for (const name of GENERATED)
          assert.ok(!shows(each.raw, passwordOf(name)), `${each.name} shows ${name}`);
      assert.equal(await pulumi.isSecret(run.result.amqpUrl), true);
      const { namespace, workers, ledger } = run.result;
      assert.equal(await pulumi.isSecret(pulumi.all([namespace, workers, ledger])), false);
    });

    it("has the password in the broker's address", async () => {
      const url = await new Promise<string>((resolve) => run.result.amqpUrl.apply(resolve));
      assert.ok(
        url.replace("amqps:", "amqp:").startsWith(`amqp://celery:${passwordOf("celery-broker-password")}@`),
      );
    });

    it(`gives ${isGke(stack) ? "a secret" : "no"} kubeconfig`, async () => {
      const { kubeconfig } = run.result;
      if (isGke(stack)) assert.equal(await pulumi.isSecret(kubeconfig), true);
      else assert.deepEqual(await known({ kubeconfig }), { kubeconfig: undefined });
    });

    it("registers the same resources in a preview, when nothing is known yet", async () => {
      const preview = await deploy(stack, {}, true);
      assert.deepEqual(list(preview.resources), list(run.resources));
    });
  });
}

describe("the stacks on GKE", () => {
  const runs = new Map<string, Run<Program>>();
  before(async () => {
    for (const stack of stacks().filter(isGke)) runs.set(stack, await deploy(stack));
  });
  const of = (stack: string) => runs.get(stack)?.resources ?? [];
  const isProtected = (stack: string, kind: string) => the(of(stack), kind).protect;

  it("are dev, staging and prod", () =>
    assert.deepEqual([...runs.keys()].sort(), ["dev", "prod", "staging"]));

  it("protect cluster, images and brokers in prod alone", () => {
    for (const stack of runs.keys()) {
      const kinds = ["Cluster", "Repository", "StatefulSet", "Namespace"];
      for (const kind of kinds) assert.equal(isProtected(stack, kind), stack === "prod", `${stack} ${kind}`);
    }
  });

  it("run on spot machines in dev alone", () => {
    for (const stack of runs.keys()) {
      const pool = the(of(stack), "NodePool").inputs as { nodeConfig: { spot: boolean } };
      assert.equal(pool.nodeConfig.spot, stack === "dev", stack);
    }
  });

  it("have three nodes: one per zone of a region, or three in a zone", () => {
    const perZone = Object.fromEntries(
      [...runs].map(([stack, { resources }]) => [stack, the(resources, "NodePool").inputs.nodeCount]),
    );
    assert.deepEqual(perZone, { dev: 3, staging: 1, prod: 1 });
  });

  it("let the nodes pull, and the images go where the nodes pull from", () => {
    for (const stack of runs.keys()) {
      the(of(stack), "RepositoryIamMember");
      const { imageName } = the(of(stack), "Image", "worker-image").inputs as { imageName: string };
      assert.match(imageName, /^us-east1-docker\.pkg\.dev\/example-project\/[\w-]+\/worker:/);
    }
  });

  it("begin with pods only when the disks' classes and the right to pull are there", () => {
    for (const stack of runs.keys()) {
      const { dependencies } = the(of(stack), "HaCelery");
      for (const name of ["ha-celery-ssd", "ha-celery-standard", "ha-celery-reader-0"])
        assert.ok(
          dependencies.some((each) => each.endsWith(` ${name}`)),
          `${stack}: ${name}`,
        );
    }
  });

  it("say the cluster's name for its disks", () => {
    for (const stack of runs.keys()) {
      const { spec } = the(of(stack), "StatefulSet").inputs as unknown as {
        spec: { volumeClaimTemplates: { spec: { storageClassName: string } }[] };
      };
      const name = spec.volumeClaimTemplates[0]?.spec.storageClassName ?? "";
      assert.ok(list(of(stack)).includes(`StorageClass ${name}`), `${stack}: ${name}`);
    }
  });
});
