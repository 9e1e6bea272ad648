import assert from "node:assert/strict";
import { diffConfig, loadKubeConfig } from "../../../../../local/providers/kubernetes/config";
import { UNKNOWN } from "../../../../../local/providers/plugin/values";

describe("kubernetes stand-in: provider configuration", () => {
  const kubeconfig = (server: string): string =>
    JSON.stringify({
      clusters: [{ name: "c", cluster: { server } }],
      users: [{ name: "u", user: {} }],
      contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
      "current-context": "x",
    });
  const [one, other] = [kubeconfig("https://one"), kubeconfig("https://other")];

  it("replaces everything if the cluster changes", () => {
    assert.deepEqual(diffConfig({ kubeconfig: one }, { kubeconfig: other }), {
      changed: ["kubeconfig"],
      replaces: ["kubeconfig"],
    });
    assert.deepEqual(diffConfig({ kubeconfig: one }, { kubeconfig: UNKNOWN }).replaces, ["kubeconfig"]);
  });

  it("compares cluster identifiers if there are any", () => {
    const config = (identifier: string, content: string) => ({
      clusterIdentifier: identifier,
      kubeconfig: content,
    });
    assert.deepEqual(diffConfig(config("a", one), config("a", other)).replaces, []);
    assert.deepEqual(diffConfig(config("a", one), config("b", one)).replaces, ["clusterIdentifier"]);
  });

  it("explains what is wrong with a kubeconfig and how to fix it", () => {
    assert.throws(
      () => loadKubeConfig({ kubeconfig: "/no/such/file" }),
      /is \/no\/such\/file, but this file does not exist. Correct the path/,
    );
    assert.throws(() => loadKubeConfig({ kubeconfig: one, context: "y" }), /no context y \(it has: x\)/);
  });

  it("replaces nothing for other settings", () => {
    assert.deepEqual(diffConfig({ kubeconfig: one }, { kubeconfig: one, namespace: "demo" }), {
      changed: ["namespace"],
      replaces: [],
    });
  });
});
