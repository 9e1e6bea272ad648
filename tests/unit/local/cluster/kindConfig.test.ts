import assert from "node:assert/strict";
import { parse } from "yaml";
import { checkKind, kindConfig, kindHosts } from "../../../../local/cluster/kindConfig";

describe("a cluster created by kind", () => {
  it("has a control plane and a worker in each of three zones", () => {
    const { name, nodes } = parse(kindConfig("lab", 3)) as {
      name: string;
      nodes: { role: string; labels?: Record<string, string> }[];
    };
    assert.equal(name, "ha-celery-lab");
    assert.deepEqual(
      nodes.map(({ role, labels }) => [role, labels?.["topology.kubernetes.io/zone"]]),
      [
        ["control-plane", undefined],
        ["worker", "local-a"],
        ["worker", "local-b"],
        ["worker", "local-c"],
      ],
    );
  });

  it("lets containerd find the registry by a hosts.toml file", () => {
    const { containerdConfigPatches } = parse(kindConfig("lab", 3)) as { containerdConfigPatches: string[] };
    assert.match(containerdConfigPatches[0] ?? "", /config_path = "\/etc\/containerd\/certs.d"/);
    assert.match(kindHosts("ha-celery-lab-registry"), /\[host\."http:\/\/ha-celery-lab-registry:5000"\]/);
  });
});

describe("the choice between kind and our own node image", () => {
  it("is kind if it is installed and has its images", () => {
    assert.deepEqual(checkKind({ installed: true, missing: [] }), {
      usable: true,
      reason: "is created by kind, which is on PATH and has its images",
    });
  });

  it("is our own image if kind or one of its images is missing, and the reason says which", () => {
    assert.match(checkKind({ installed: false, missing: [] }).reason, /kind is not on PATH/);
    const { usable, reason } = checkKind({ installed: true, missing: ["kindest/node:v1.34.0"] });
    assert.equal(usable, false);
    assert.match(reason, /kindest\/node:v1\.34\.0/);
  });
});
