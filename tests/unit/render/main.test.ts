import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { PROGRAM } from "../../../render/stackConfig";
import { type KubernetesObject, PLACEHOLDER } from "../../../render/yaml";

const PLACE = ["--config", "kubeContext=here", "--config", "imageRepository=registry.example.com/team"];

describe("npm run render", function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), "ha-celery-render-"));
  after(() => rmSync(folder, { recursive: true }));

  /** Runs it as npm does, without any program on the PATH: no Pulumi, no kubectl, no docker. */
  function render(...args: string[]) {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--import=tsx", "render/main.ts", ...args],
      { cwd: PROGRAM, env: { PATH: "", HOME: folder, INIT_CWD: folder }, encoding: "utf8" },
    );
    return { status, stdout, stderr };
  }
  const secretsOf = (yaml: string) =>
    parseAllDocuments(yaml)
      .map((document) => document.toJS() as KubernetesObject & { stringData: Record<string, string> })
      .filter(({ kind }) => kind === "Secret");

  it("prints YAML whose secrets are placeholders, and says so", () => {
    const { status, stdout, stderr } = render("--stack", "local", ...PLACE);
    assert.equal(status, 0, stderr);
    assert.match(stderr, /Secrets hold placeholders.*--passwords FILE/);
    const values = secretsOf(stdout).flatMap(({ stringData }) => Object.values(stringData));
    assert.ok(values.length > 3);
    assert.deepEqual([...new Set(values)], [PLACEHOLDER]);
  });

  it("keeps generated passwords in the file and prints the same every time", () => {
    const once = render("--stack", "local", "--passwords", "passwords.yaml", ...PLACE);
    assert.equal(once.status, 0, once.stderr);
    assert.match(once.stderr, /new passwords in .*passwords\.yaml/);
    assert.ok(existsSync(join(folder, "passwords.yaml")));
    const again = render("--stack", "local", "--passwords", "passwords.yaml", ...PLACE);
    assert.equal(again.stdout, once.stdout);
    assert.equal(again.stderr, "");
    for (const { metadata, stringData } of secretsOf(once.stdout)) {
      assert.ok(
        Object.values(stringData).every((value) => !value.includes("PLACEHOLDER")),
        metadata.name,
      );
    }
  });

  it("lets --config win over the stack's file", () => {
    const { stdout } = render("--stack", "local", ...PLACE, "--config", "namespace=elsewhere");
    assert.match(stdout, /^kind: Namespace\nmetadata:\n {2}name: elsewhere$/m);
  });

  const fails =
    (args: string[], ...messages: RegExp[]) =>
    () => {
      const { status, stdout, stderr } = render(...args);
      assert.equal(status, 1);
      assert.equal(stdout, "");
      for (const message of messages) assert.match(stderr, message);
      assert.doesNotMatch(stderr, /\n {4}at /, "a stack trace");
    };
  it(
    "reports every problem of the configuration as `pulumi up` does",
    fails(["--stack", "local"], /kubeContext is not set/, /imageRepository is not set/),
  );
  it("names the stacks when there is no such stack", fails(["--stack", "no"], /Pulumi\.no\.yaml.*local/));
  it("wants to know the stack", fails([], /--stack/));
  it("wants key=value", fails(["--stack", "local", "--config", "x"], /"x".*key=value/));
  it(
    "reports a component's refusal",
    fails(["--stack", "local", ...PLACE, "--config", "brokerMemory=100Mi"], /compute\.memory.*256Mi/),
  );
});
