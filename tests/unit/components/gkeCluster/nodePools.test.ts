import assert from "node:assert/strict";
import type * as gcp from "@pulumi/gcp";
import type { GkeClusterArgs, GkeCluster } from "../../../../components";
import { type Run, run, the } from "../engine";
import { MACHINE, ACCOUNT, EMAIL, create, inputsOf } from "./cluster";

describe("GkeCluster: nodes", () => {
  let plain: Run<GkeCluster>;
  before(async () => {
    plain = await run(() => create());
  });

  it("describes the main pool exactly", async () => {
    assert.deepEqual(the(plain.resources, "NodePool").inputs, {
      project: "my-project",
      location: "us-east1",
      cluster: "infra-cluster-0000000",
      nodeCount: 1,
      nodeConfig: {
        ...MACHINE,
        spot: false,
        workloadMetadataConfig: { mode: "GKE_METADATA" },
        metadata: { "disable-legacy-endpoints": "true" },
        kubeletConfig: { insecureKubeletReadonlyPortEnabled: "FALSE" },
      },
      networkConfig: { enablePrivateNodes: true },
      management: { autoRepair: true, autoUpgrade: true },
      upgradeSettings: { strategy: "SURGE", maxSurge: 1, maxUnavailable: 0 },
      nodeDrainConfigs: [{ respectPdbDuringNodePoolDeletion: true }],
    });
  });

  const NODES: [args: Partial<GkeClusterArgs>, perZone: number][] = [
    [{}, 1],
    [{ nodes: 6 }, 2],
    [{ location: "us-east1-c" }, 3],
    [{ location: "us-east1-c", nodes: 5 }, 5],
    [{ nodes: 4, nodeZones: ["us-east1-b", "us-east1-c"] }, 2],
    [{ nodes: 3, nodeZones: ["us-east1-b"] }, 3],
  ];
  for (const [args, perZone] of NODES) {
    it(`has ${perZone} nodes in each zone with ${JSON.stringify(args)}`, async () => {
      const { nodeCount, nodeLocations } = await inputsOf("NodePool", args);
      assert.equal(nodeCount, perZone);
      assert.deepEqual(nodeLocations, args.nodeZones);
    });
  }

  it("describes the spot pool exactly, and where its pods go", async () => {
    const { resources, result, providers } = await run(() =>
      create({ spotPool: { maxNodes: 6, minNodes: 1, machineType: "n2-standard-2" }, diskGb: 30 }),
    );
    const spot = the(resources, "NodePool", "infra-spot");
    assert.deepEqual(spot.inputs, {
      project: "my-project",
      location: "us-east1",
      cluster: "infra-cluster-0000000",
      autoscaling: { totalMinNodeCount: 1, totalMaxNodeCount: 6, locationPolicy: "ANY" },
      nodeConfig: {
        ...MACHINE,
        machineType: "n2-standard-2",
        diskSizeGb: 30,
        spot: true,
        labels: { "ha-celery/pool": "spot" },
        taints: [{ key: "ha-celery/pool", value: "spot", effect: "NO_SCHEDULE" }],
        workloadMetadataConfig: { mode: "GKE_METADATA" },
        metadata: { "disable-legacy-endpoints": "true" },
        kubeletConfig: { insecureKubeletReadonlyPortEnabled: "FALSE" },
      },
      networkConfig: { enablePrivateNodes: true },
      management: { autoRepair: true, autoUpgrade: true },
      upgradeSettings: { strategy: "SURGE", maxSurge: 1, maxUnavailable: 0 },
      nodeDrainConfigs: [{ respectPdbDuringNodePoolDeletion: true }],
    });
    assert.equal(spot.protect, false);
    assert.deepEqual(result.spotPlacement, {
      nodeSelector: { "ha-celery/pool": "spot" },
      tolerations: [{ key: "ha-celery/pool", operator: "Equal", value: "spot", effect: "NoSchedule" }],
    });
    assert.ok(
      the(providers, "kubernetes").dependencies.includes("gcp:container/nodePool:NodePool infra-spot"),
    );
  });

  it("has spot nodes go down to none, of the default type, by default", async () => {
    const inputs = await inputsOf(
      "NodePool",
      { spotPool: { maxNodes: 4 }, machineType: "n2-standard-8" },
      "infra-spot",
    );
    const { autoscaling, nodeConfig } = inputs as unknown as gcp.types.input.container.ClusterNodePool;
    assert.deepEqual(autoscaling, { totalMinNodeCount: 0, totalMaxNodeCount: 4, locationPolicy: "ANY" });
    assert.equal((nodeConfig as { machineType: string }).machineType, "e2-standard-4");
  });

  it("gives machines that take Hyperdisks only such a boot disk, each pool its own", async () => {
    const diskType = async (name: string, args: Partial<GkeClusterArgs>) =>
      ((await inputsOf("NodePool", args, name)).nodeConfig as { diskType: string }).diskType;
    const spotPool = { maxNodes: 2, machineType: "e2-standard-4" };
    const args = { machineType: "n4-standard-4", spotPool };
    assert.equal(await diskType("infra-nodes", args), "hyperdisk-balanced");
    assert.equal(await diskType("infra-spot", args), "pd-balanced");
    const { nodeConfig } = await inputsOf("Cluster", args);
    assert.equal((nodeConfig as { diskType: string }).diskType, "hyperdisk-balanced");
  });

  it("checks the machines before an update of a protected pool", async () => {
    const beforeUpdate = async (args: Partial<GkeClusterArgs>) =>
      the((await run(() => create(args))).resources, "NodePool", "infra-nodes").beforeUpdate;
    assert.deepEqual(await beforeUpdate({}), ["infra-machines"]);
    assert.deepEqual(await beforeUpdate({ deletionProtection: false }), []);
  });

  it("says so when there is no spot pool to place pods on", () => {
    assert.throws(
      () => plain.result.spotPlacement,
      /no spot pool\. Add one with spotPool: \{ maxNodes: 6 \}/,
    );
  });

  it("keeps the nodes' account, and with it the nodes, when the stack is renamed", () => {
    assert.deepEqual(the(plain.resources, "Account").ignoreChanges, ["accountId"]);
  });

  it("gives the nodes an identity of their own that may write logs and nothing else", async () => {
    const { resources } = plain;
    assert.deepEqual(the(resources, "Account").inputs, {
      project: "my-project",
      accountId: ACCOUNT,
      displayName: "Nodes of the GKE cluster infra",
    });
    assert.deepEqual(the(resources, "IAMMember").inputs, {
      project: "my-project",
      role: "roles/container.defaultNodeServiceAccount",
      member: `serviceAccount:${EMAIL}`,
    });
  });

  it("waits as long as GKE may take", async () => {
    assert.deepEqual(the(plain.resources, "Cluster").timeouts, ["45m", "45m", "45m"]);
    assert.deepEqual(the(plain.resources, "NodePool").timeouts.sort(), ["2h", "3h", "45m"]);
  });
});
