import assert from "node:assert/strict";
import { type ContainerSpec, containerSpecs } from "../../../../local/cluster/containers";
import type { Layout } from "../../../../local/cluster/layout";
import { isUpToDate } from "../../../../local/cluster/chooseLayout";

const layout: Layout = {
  cluster: "lab",
  id: "a1",
  prefix: "10.210",
  apiPort: 6443,
  registryPort: 5001,
  nodes: 3,
};
const specs = containerSpecs(layout, "ha-celery-node:1");

function spec(name: string, of: readonly ContainerSpec[] = specs): ContainerSpec {
  const found = of.find((candidate) => candidate.name === name);
  assert.ok(found, `no container ${name}`);
  return found;
}

describe("containers of a local cluster", () => {
  it("are a control plane, three nodes and a registry, all with the cluster's label", () => {
    assert.deepEqual(
      specs.map(({ name }) => name),
      [
        "ha-celery-lab-control-plane",
        "ha-celery-lab-node-1",
        "ha-celery-lab-node-2",
        "ha-celery-lab-node-3",
        "ha-celery-lab-registry",
      ],
    );
    for (const { args } of specs) assert.ok(args.includes("--label=ha-celery.cluster=lab"));
  });

  it("have as many nodes as the layout says, assigned to the zones in turn", () => {
    const four = containerSpecs({ ...layout, nodes: 4 }, "ha-celery-node:1");
    const { args } = spec("ha-celery-lab-node-4", four);
    for (const arg of ["--ip=10.210.0.14", "--env=ZONE=local-a", "--env=POD_CIDR=10.210.132.0/24"])
      assert.ok(args.includes(arg), arg);
    assert.match(spec("ha-celery-lab-node-1", four).args.join(" "), /10\.210\.132\.0\/24=10\.210\.0\.14/);
    assert.match(spec("ha-celery-lab-control-plane", four).args.join(" "), /node-4=10\.210\.0\.14/);
  });

  it("publish ports on loopback only", () => {
    const published = specs.flatMap(({ args }) => args.filter((arg) => arg.startsWith("--publish")));
    assert.deepEqual(published, ["--publish=127.0.0.1:6443:6443", "--publish=127.0.0.1:5001:5000"]);
  });

  it("store their data in volumes named after them, with the cluster's label and id", () => {
    for (const { name, args } of specs) {
      const labels = "volume-label=ha-celery.cluster=lab,volume-label=ha-celery.id=a1";
      const mount = `--mount=type=volume,source=${name},target=/data,${labels}`;
      assert.ok(args.includes(mount), `${name}: ${args.join(" ")}`);
    }
  });

  it("give every node an address, a zone, a pod network and routes to the other pod networks", () => {
    const { args } = spec("ha-celery-lab-node-2");
    for (const arg of [
      "--ip=10.210.0.12",
      "--env=ZONE=local-b",
      "--env=POD_CIDR=10.210.130.0/24",
      "--env=POD_ROUTES=10.210.129.0/24=10.210.0.11 10.210.130.0/24=10.210.0.12 10.210.131.0/24=10.210.0.13",
      "--env=REGISTRY=127.0.0.1:5001",
    ]) {
      assert.ok(args.includes(arg), arg);
    }
    assert.deepEqual(args.slice(-2), ["ha-celery-node:1", "node"]);
  });

  it("need no --privileged, and only nodes get every capability but one", () => {
    assert.ok(!specs.some(({ args }) => args.includes("--privileged")));
    const mighty = specs.filter(({ args }) => args.includes("--cap-add=ALL"));
    assert.equal(mighty.length, 3);
    for (const { args } of mighty) assert.ok(args.includes("--cap-drop=SYS_RESOURCE"));
    assert.ok(!spec("ha-celery-lab-registry").args.some((arg) => arg.startsWith("--cap-")));
  });

  it("show nodes the certificates read-only", () => {
    const certificates = spec("ha-celery-lab-node-1").args.find((arg) => arg.includes("/certificates"));
    assert.ok(certificates?.endsWith(",readonly"));
  });

  it("have a fingerprint that changes only with the image and the ports", () => {
    const name = "ha-celery-lab-node-1";
    assert.equal(spec(name).fingerprint, spec(name, containerSpecs(layout, "ha-celery-node:1")).fingerprint);
    assert.notEqual(
      spec(name).fingerprint,
      spec(name, containerSpecs(layout, "ha-celery-node:2")).fingerprint,
    );
    const moved = containerSpecs({ ...layout, registryPort: 5002 }, "ha-celery-node:1");
    assert.notEqual(spec(name).fingerprint, spec(name, moved).fingerprint);
    const control = "ha-celery-lab-control-plane";
    assert.equal(spec(control).fingerprint, spec(control, moved).fingerprint);
  });
});

describe("an existing container", () => {
  const found = {
    name: "ha-celery-lab-node-1",
    cluster: "lab",
    checkout: "/home/me/ha-celery",
    fingerprint: "abc",
    status: "exited" as const,
    startedAt: new Date(0),
    ports: {},
    networkIds: { "ha-celery-lab": "net-1" },
  };

  it("is kept, running or not, if its arguments and its network match", () => {
    assert.ok(isUpToDate(found, "abc", "net-1"));
    assert.ok(isUpToDate({ ...found, status: "created" }, "abc", "net-1"));
  });

  it("is recreated otherwise", () => {
    assert.ok(!isUpToDate(found, "other", "net-1"));
    assert.ok(!isUpToDate(found, "abc", "net-2"));
    assert.ok(!isUpToDate({ ...found, networkIds: {} }, "abc", "net-1"));
    assert.ok(!isUpToDate({ ...found, status: "dead" }, "abc", "net-1"));
  });
});
