import assert from "node:assert/strict";
import { ContainerRegistry, GkeCluster, GoogleIdentity } from "../../../../components";
import { CLUSTERS } from "../../../gke/clusters";
import { cluster, run } from "../engine";
import { unknownProperties } from "./providerTypes";

describe("Arguments for @pulumi/gcp", function () {
  // Reads 6 MB of types.
  this.timeout(60_000);

  const check = async (program: () => unknown): Promise<number> => {
    const { resources } = await run(program);
    const google = resources.filter(({ type }) => type.startsWith("gcp:"));
    for (const { type, inputs, name } of google)
      assert.deepEqual(unknownProperties(type, inputs), [], `${type} ${name}`);
    return google.length;
  };

  for (const [what, args] of CLUSTERS) {
    it(`are in its types, for a cluster with ${what}`, async () => {
      assert.ok((await check(() => new GkeCluster("infra", args))) >= 4);
    });
  }

  it("are in its types, for a registry and an identity", async () => {
    const count = await check(() => {
      const registry = { project: "my-project", location: "us-east1", readers: ["allUsers"] };
      new ContainerRegistry("images", { ...registry, vulnerabilityScanning: false });
      const args = { project: "my-project", namespace: "celery", roles: ["roles/cloudtrace.agent"] };
      new GoogleIdentity("reports", args, cluster());
      new GoogleIdentity("direct", { ...args, projectNumber: "123" }, cluster());
    });
    assert.ok(count > 5);
  });

  it("are found if they are unknown, wherever they are", () => {
    const inputs = { locatoin: "", nodeConfig: { kubeletConfig: { port: "" } }, nodeLocations: ["a"] };
    assert.deepEqual(unknownProperties("gcp:container/cluster:Cluster", inputs), [
      "locatoin",
      "nodeConfig.kubeletConfig.port",
    ]);
  });
});
