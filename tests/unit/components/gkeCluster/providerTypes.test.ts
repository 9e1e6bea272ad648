import assert from "node:assert/strict";
import { ContainerRegistry, GkeCluster, type GkeClusterArgs, GoogleIdentity } from "../../../../components";
import { BASE, PROTECTED } from "../../../gke/changes";
import { cluster, run } from "../engine";
import { unknownProperties } from "./providerTypes";

const CLUSTERS: [what: string, args: Partial<GkeClusterArgs>][] = [
  ["defaults", {}],
  ["every protection", { ...PROTECTED, spotPool: { maxNodes: 3 } }],
  [
    "a given network, networks with access, and nothing else",
    {
      network: "net",
      subnetwork: "sub",
      podRange: "pods",
      serviceRange: "services",
      nodeZones: ["us-east1-b", "us-east1-c", "us-east1-d"],
      authorizedNetworks: [{ cidr: "203.0.113.0/24", name: "office" }],
      encryption: { scope: "google" },
      security: { binaryAuthorization: "off" },
      notifications: false,
    },
  ],
];

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
      assert.ok((await check(() => new GkeCluster("infra", { ...BASE, ...args }))) > 5);
    });
  }

  it("are in its types, for a registry and an identity", async () => {
    const count = await check(() => {
      new ContainerRegistry("images", { project: "my-project", location: "us-east1", readers: ["allUsers"] });
      const args = { project: "my-project", namespace: "celery", roles: ["roles/cloudtrace.agent"] };
      new GoogleIdentity("reports", args, cluster());
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
