import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import baseImages from "../../docker/base-images.json";
import { list, the } from "./components/engine";
import { deploy } from "./program/stackRuns";

const EXISTING = {
  target: "existing",
  kubeContext: "mine",
  imageRepository: "registry.example.com/team",
};
interface PodTemplate {
  spec: { template: { spec: Record<string, unknown> } };
}

describe("index.ts", () => {
  it("deploys neither job, nor ledger, nor beat unless asked to", async () => {
    const { resources } = await deploy("local", { scheduleTasks: "0", ledger: "false" });
    assert.ok(!list(resources).some((each) => /^Celery(Job|Beat)|^TaskLedger/.test(each)));
  });

  it("uses the named context of a cluster of yours, and makes nothing on Google Cloud", async () => {
    const { resources, providers } = await deploy("local", EXISTING);
    assert.ok(!resources.some(({ type }) => type.startsWith("gcp:")));
    const [provider] = providers;
    assert.equal(providers.length, 1);
    assert.equal(provider?.inputs.context, "mine");
    const { imageName } = the(resources, "Image", "worker-image").inputs as { imageName: string };
    assert.match(imageName, /^registry\.example\.com\/team\/worker:/);
  });

  it("hands base images on as build arguments and runs images by digest", async () => {
    const { resources } = await deploy("local", { rabbitmqBaseImage: "mine:1" });
    const { build } = the(resources, "Image", "rabbitmq-image").inputs as unknown as {
      build: { args: Record<string, string> };
    };
    assert.equal(build.args.BASE_IMAGE, "mine:1");
    const worker = the(resources, "Image", "worker-image").inputs as unknown as { build: typeof build };
    assert.equal(worker.build.args.BASE_IMAGE, baseImages.worker);
    const set = the(resources, "StatefulSet").inputs as unknown as PodTemplate;
    const [{ image }] = set.spec.template.spec.containers as [{ image: string }];
    assert.match(image, /\/rabbitmq@sha256:/);
  });

  it("builds the image of drills only if they are scheduled", async () => {
    const without = await deploy("prod");
    assert.ok(!list(without.resources).includes("Image drills-image"));
    const scheduledDrills = '{"scenes":["pod-delete"],"schedule":"0 3 * * 1"}';
    const { resources } = await deploy("prod", { scheduledDrills });
    const { build } = the(resources, "Image", "drills-image").inputs as unknown as {
      build: { args: Record<string, string>; context: string };
    };
    assert.equal(build.args.BASE_IMAGE, baseImages.drills);
    assert.equal(build.context, "docker/drills");
    const program = join(__dirname, "../../docker/drills/program/dist/cli/ha-celery.js");
    const scenes = execFileSync(process.execPath, [program, "drill"], { encoding: "utf8", cwd: tmpdir() });
    assert.match(scenes, /^pod-delete /m);
  });

  it("pushes to a registry of yours on GKE, too, and then makes none", async () => {
    const { resources } = await deploy("dev", { imageRepository: "registry.example.com/team" });
    assert.ok(!list(resources).some((each) => each.startsWith("ContainerRegistry")));
    const { imageName } = the(resources, "Image", "worker-image").inputs as { imageName: string };
    assert.match(imageName, /^registry\.example\.com\/team\/worker:/);
  });

  it("keeps the pools that say spot on the spot nodes, and the others off", async () => {
    const pools = [{ name: "safe" }, { name: "cheap", spot: true, nodeSelector: { disk: "fast" } }];
    const { resources } = await deploy("prod", { spotNodes: "3", workerPools: JSON.stringify(pools) });
    assert.equal(the(resources, "NodePool", "ha-celery-spot").protect, false);
    const podOf = (name: string) =>
      (the(resources, "Deployment", `celery-${name}-workers`).inputs as unknown as PodTemplate).spec.template
        .spec;
    assert.equal(podOf("safe").nodeSelector, undefined);
    assert.deepEqual(podOf("cheap").nodeSelector, { disk: "fast", "ha-celery/pool": "spot" });
    const accepts = (name: string) =>
      (podOf(name).tolerations as { key: string }[]).some(({ key }) => key === "ha-celery/pool");
    assert.deepEqual([accepts("safe"), accepts("cheap")], [false, true]);
  });

  it("takes any other class of volumes by its name", async () => {
    const { resources } = await deploy("prod", { brokerStorageClass: "premium-rwo" });
    const { spec } = the(resources, "StatefulSet").inputs as unknown as {
      spec: { volumeClaimTemplates: { spec: { storageClassName: string } }[] };
    };
    assert.equal(spec.volumeClaimTemplates[0]?.spec.storageClassName, "premium-rwo");
  });
});
