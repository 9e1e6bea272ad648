import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { checkKubeContext } from "../../../local/kubeContext";

const folder = mkdtempSync(join(tmpdir(), "ha-celery-"));
const kubeconfigPath = join(folder, "config");

describe("the context that a stack names", () => {
  before(() =>
    writeFileSync(
      kubeconfigPath,
      stringify({
        apiVersion: "v1",
        kind: "Config",
        clusters: [{ name: "one", cluster: { server: "https://127.0.0.1:1" } }],
        users: [{ name: "me", user: {} }],
        contexts: [{ name: "one", context: { cluster: "one", user: "me" } }],
      }),
    ),
  );
  after(() => rmSync(folder, { recursive: true }));

  it("must be in the kubeconfig", () =>
    assert.rejects(checkKubeContext({ context: "two", kubeconfigPath }), {
      name: "UsageError",
      message:
        /There is no context "two" in .*contexts there: one.* Choose one: pulumi config set kubeContext NAME/,
    }));

  it("must belong to a cluster that responds", () =>
    assert.rejects(checkKubeContext({ context: "one", kubeconfigPath }), {
      name: "UsageError",
      message:
        /cluster of context "one" \(https:\/\/127\.0\.0\.1:1\) does not answer.*pulumi config set kubeContext NAME/,
    }));

  it("must come from a file that exists", () =>
    assert.rejects(checkKubeContext({ context: "one", kubeconfigPath: join(folder, "none") }), {
      name: "UsageError",
      message: /kubeconfig .*none cannot be read.*pulumi config set kubeconfigPath FILE/,
    }));
});
