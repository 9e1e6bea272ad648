import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { passphraseEnvironment } from "../../../local/passphrase";
import { REPOSITORY, stateDir } from "../../../local/paths";
import { readStackFile, readWorkspaceConfig, writeWorkspace } from "../../../local/stackFile";

const cluster = `unit-${process.pid}`;

describe("stack files and workspaces", () => {
  afterEach(() => rmSync(stateDir(cluster), { recursive: true, force: true }));

  it("lists the stacks if one has no file", () => {
    assert.throws(() => readStackFile("moon"), {
      name: "UserError",
      message: /Stack "moon" has no file Pulumi\.moon\.yaml\. Existing stacks: .*local/,
    });
  });

  it("adds a cluster's values to the workspace and leaves the committed file alone", () => {
    const committed = readFileSync("Pulumi.local.yaml", "utf8");
    writeWorkspace(cluster, "local", { kubeContext: "here" });
    const config = readWorkspaceConfig(cluster, "local");
    assert.equal(config.kubeContext, "here");
    assert.equal(config.scheduleTasks, 10_000);
    assert.equal(readFileSync("Pulumi.local.yaml", "utf8"), committed);
  });

  it("does not change keys of other namespaces", () => {
    const folder = writeWorkspace(cluster, "local", { "gcp:project": "mine" });
    const { config } = parse(readFileSync(join(folder, "Pulumi.local.yaml"), "utf8")) as {
      config: Record<string, unknown>;
    };
    assert.deepEqual(config["pulumi:disable-default-providers"], ["kubernetes"]);
    assert.equal(config["gcp:project"], "mine");
    assert.equal(config["ha-celery:target"], "local");
    assert.deepEqual(
      Object.keys(config).filter((key) => !/^(ha-celery|pulumi|gcp):[\w-]+$/.test(key)),
      [],
    );
    assert.equal(readWorkspaceConfig(cluster, "local")["gcp:project"], "mine");
  });

  it("names the folder of the worker's image as the stack does, relative to the repository", () => {
    const contextOf = (workerContext: string) => {
      writeWorkspace(cluster, "local", { workerContext });
      return readWorkspaceConfig(cluster, "local").workerContext;
    };
    assert.equal(contextOf("examples/django"), join(REPOSITORY, "examples/django"));
    assert.equal(contextOf("../shop"), join(REPOSITORY, "../shop"));
    assert.equal(contextOf("/srv/shop"), "/srv/shop");
    // Through the workspace's link, so that the plain CLI in the repository computes the same inputs.
    assert.equal(contextOf("docker/worker"), "docker/worker");
  });

  it("keeps the salt of the state's secrets", () => {
    const folder = writeWorkspace(cluster, "local", {});
    const file = join(folder, "Pulumi.local.yaml");
    writeFileSync(file, `encryptionsalt: v1:abc\n${readFileSync(file, "utf8")}`);
    writeWorkspace(cluster, "local", {});
    assert.equal((parse(readFileSync(file, "utf8")) as { encryptionsalt: string }).encryptionsalt, "v1:abc");
  });
});

describe("passphrase", () => {
  const { PULUMI_CONFIG_PASSPHRASE: own } = process.env;
  beforeEach(() => {
    delete process.env.PULUMI_CONFIG_PASSPHRASE;
  });
  afterEach(() => {
    if (own !== undefined) process.env.PULUMI_CONFIG_PASSPHRASE = own;
    rmSync(stateDir(cluster), { recursive: true, force: true });
  });

  it("is generated once and kept", () => {
    const first = passphraseEnvironment(cluster);
    assert.deepEqual(passphraseEnvironment(cluster), first);
    assert.ok((first.PULUMI_CONFIG_PASSPHRASE ?? "").length >= 24);
  });

  it("is the user's own if there is one", () => {
    process.env.PULUMI_CONFIG_PASSPHRASE = "mine";
    assert.deepEqual(passphraseEnvironment(cluster), { PULUMI_CONFIG_PASSPHRASE: "mine" });
  });

  it("is not replaced if that would make an existing state unreadable", () => {
    mkdirSync(join(stateDir(cluster), "pulumi", ".pulumi", "stacks"), { recursive: true });
    assert.throws(() => passphraseEnvironment(cluster), {
      name: "UserError",
      message: /passphrase .* is missing.*make down/s,
    });
  });
});
