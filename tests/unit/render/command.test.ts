import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { assignment, render } from "../../../render/command";
import { PROGRAM } from "../../../render/stackConfig";
import { type KubernetesObject, PLACEHOLDER } from "../../../render/yaml";

const config = { kubeContext: "here", imageRepository: "registry.example.com/team" };

const secretsOf = (yaml: string) =>
  parseAllDocuments(yaml)
    .map((document) => document.toJS() as KubernetesObject & { stringData: Record<string, string> })
    .filter(({ kind }) => kind === "Secret");

describe("npm run render", () => {
  const folder = mkdtempSync(join(tmpdir(), "ha-celery-render-"));
  after(() => rmSync(folder, { recursive: true }));

  it("prints YAML with placeholders for secrets, and a note about them", async () => {
    const { yaml, note } = await render({ stack: "local", config });
    assert.match(note ?? "", /placeholders.*--passwords FILE/);
    const values = secretsOf(yaml).flatMap(({ stringData }) => Object.values(stringData));
    assert.ok(values.length > 3);
    assert.deepEqual([...new Set(values)], [PLACEHOLDER]);
  });

  it("keeps generated passwords in the file and prints the same every time", async () => {
    const passwords = join(folder, "passwords.yaml");
    const once = await render({ stack: "local", config, passwords });
    assert.match(once.note ?? "", /new passwords in .*passwords\.yaml/);
    for (const { metadata, stringData, data } of secretsOf(once.yaml)) {
      // docs/how-to/gitops.md encrypts stringData.
      assert.equal(data, undefined, metadata.name);
      assert.ok(!JSON.stringify(stringData).includes(PLACEHOLDER), metadata.name);
    }
    assert.deepEqual(await render({ stack: "local", config, passwords }), { yaml: once.yaml });
  });

  it("lets --config override the stack's file", async () => {
    const { yaml } = await render({ stack: "local", config: { ...config, namespace: "elsewhere" } });
    assert.match(yaml, /^kind: Namespace\nmetadata:\n {2}name: elsewhere$/m);
  });

  it("accepts several --config, with = in a value and a namespace before a key", () => {
    const values = ['workerPools=[{"name":"a=b"}]', "gcp:project=mine", "note="];
    assert.deepEqual(
      values.reduce((before, value) => assignment(value, before), {}),
      { workerPools: '[{"name":"a=b"}]', "gcp:project": "mine", note: "" },
    );
    assert.throws(() => assignment("x", {}), /"x".*key=value/);
  });

  const refuses =
    (stack: string, overrides: Record<string, string>, ...messages: RegExp[]) =>
    async () => {
      for (const message of messages) await assert.rejects(render({ stack, config: overrides }), message);
    };
  it("lists the stacks if there is no such stack", refuses("no", config, /Pulumi\.no\.yaml.*local/));
  it("rejects what a component rejects", refuses("local", { ...config, brokerMemory: "100Mi" }, /512Mi/));
  it(
    "refuses a generated certificate, which YAML cannot renew",
    refuses("local", { ...config, brokerTls: "generated" }, /cannot renew .* --config brokerTlsSecret=NAME/),
  );

  it("requires the Google Cloud project of stack prod", refuses("prod", {}, /gcp:project is not set/));

  describe("as a process", function () {
    this.timeout(120_000);

    /** Runs it as npm does, but for the PATH: no Pulumi, no kubectl, no docker. */
    function run(...args: string[]) {
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        ["--import=tsx", "render/main.ts", ...args],
        { cwd: PROGRAM, env: { PATH: "", HOME: folder, INIT_CWD: folder }, encoding: "utf8" },
      );
      return { status, stdout, stderr };
    }

    it("prints only YAML to standard output, and writes files relative to the caller's folder", () => {
      const place = Object.entries(config).flatMap(([key, value]) => ["--config", `${key}=${value}`]);
      const { status, stdout, stderr } = run("--stack", "local", ...place, "--passwords", "mine.yaml");
      assert.equal(status, 0, stderr);
      assert.match(stderr, new RegExp(`^\\d+ new passwords in ${join(folder, "mine.yaml")}`));
      assert.match(stdout, /^apiVersion: v1\nkind: Namespace\n/);
      assert.ok(secretsOf(stdout).length > 1);
    });

    it("reports every problem of the configuration as `pulumi up` does, without a stack trace", () => {
      const { status, stdout, stderr } = run("--stack", "local");
      assert.equal(status, 1);
      assert.equal(stdout, "");
      assert.match(stderr, /2 configuration problems.*kubeContext is not set.*imageRepository is not set/s);
      assert.doesNotMatch(stderr, /\n {4}at /);
    });
  });
});
