import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { configurationOf, type Overrides, stacks } from "../../../render/stackConfig";

const PROJECT = `config:
  replicas: { type: integer, default: 3 }
  protected: { type: boolean, default: true }
  zone: { type: string, default: a }
  pools: { type: array, items: { type: object }, default: [{ name: default }] }
  needed: { type: string }
  gcp:region: { value: us-east1 }
`;

describe("a stack's configuration", () => {
  const folder = mkdtempSync(join(tmpdir(), "ha-celery-stacks-"));
  after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "Pulumi.yaml"), PROJECT);

  function configured(file: string, overrides?: Overrides) {
    writeFileSync(join(folder, "Pulumi.dev.yaml"), file);
    return configurationOf("dev", overrides, folder);
  }

  it("is the project's defaults, all as text", () => {
    assert.deepEqual(configured(""), {
      "ha-celery:replicas": "3",
      "ha-celery:protected": "true",
      "ha-celery:zone": "a",
      "ha-celery:pools": '[{"name":"default"}]',
      "gcp:region": "us-east1",
    });
  });

  it("is overridden by the stack's file, and that by the command line", () => {
    const file = "config:\n  ha-celery:replicas: 5\n  ha-celery:zone: b\n  gcp:project: of-file\n";
    const config = configured(file, { zone: "c", "gcp:project": "given" });
    assert.equal(config["ha-celery:replicas"], "5");
    assert.equal(config["ha-celery:zone"], "c");
    assert.equal(config["gcp:project"], "given");
  });

  it("requires overrides for all encrypted values, and uses them", () => {
    const file = "config:\n  ha-celery:zone:\n    secure: AAA\n  ha-celery:user:\n    secure: BBB\n";
    assert.throws(() => configured(file), /zone is encrypted.*--config ha-celery:zone=VALUE\n.*user/);
    const config = configured(file, { zone: "a", user: "b" });
    assert.equal(config["ha-celery:zone"], "a");
    assert.equal(config["ha-celery:user"], "b");
  });

  it("requires a file, and lists the existing ones", () => {
    assert.deepEqual(stacks(folder), ["dev"]);
    assert.throws(() => configurationOf("prod", {}, folder), /no Pulumi\.prod\.yaml\. Use one of dev\./);
  });
});
