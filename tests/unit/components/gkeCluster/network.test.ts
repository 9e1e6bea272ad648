import assert from "node:assert/strict";
import { list, run, the } from "../engine";
import { create, resourcesOf } from "./cluster";

describe("GkeCluster: network", () => {
  it("creates no gateway for public nodes, and no network when it is given one", async () => {
    const open = list(await resourcesOf({ privateNodes: false }));
    assert.ok(open.includes("Network infra-network"));
    assert.deepEqual(
      open.filter((each) => each.startsWith("Router")),
      [],
    );
    const given = list(await resourcesOf({ network: "net", subnetwork: "sub" }));
    assert.deepEqual(
      given.filter((each) => /^(Network|Subnetwork|Router)/.test(each)),
      [],
    );
  });

  it("describes its own network exactly", async () => {
    const { resources } = await run(() => create({ location: "us-east1-c" }));
    assert.deepEqual(the(resources, "Network").inputs, {
      project: "my-project",
      description: "Network of the GKE cluster infra in us-east1.",
      autoCreateSubnetworks: false,
    });
    assert.equal(the(resources, "Network").replacementTrigger, "us-east1-c");
    assert.deepEqual(the(resources, "Subnetwork").inputs, {
      project: "my-project",
      region: "us-east1",
      network: "infra-network-id",
      ipCidrRange: "10.10.0.0/20",
      privateIpGoogleAccess: true,
      logConfig: {
        aggregationInterval: "INTERVAL_10_MIN",
        flowSampling: 0.5,
        metadata: "INCLUDE_ALL_METADATA",
      },
      secondaryIpRanges: [
        { rangeName: "pods", ipCidrRange: "10.20.0.0/14" },
        { rangeName: "services", ipCidrRange: "10.30.0.0/20" },
      ],
    });
    assert.deepEqual(the(resources, "Router").inputs, {
      project: "my-project",
      region: "us-east1",
      network: "infra-network-id",
    });
    assert.deepEqual(the(resources, "RouterNat").inputs, {
      project: "my-project",
      region: "us-east1",
      router: "infra-router-0000000",
      natIpAllocateOption: "AUTO_ONLY",
      sourceSubnetworkIpRangesToNat: "ALL_SUBNETWORKS_ALL_IP_RANGES",
      logConfig: { enable: true, filter: "ERRORS_ONLY" },
    });
  });
});
