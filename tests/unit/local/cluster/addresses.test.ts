import assert from "node:assert/strict";
import { choosePrefix, isFree, parseRoutes, prefixOf } from "../../../../local/cluster/addresses";

describe("addresses of a local cluster", () => {
  it("begin with the first candidate when nothing is in use", () => {
    assert.equal(choosePrefix([]), "10.210");
  });

  it("skip networks that contain a used one, lie in one, or equal one", () => {
    assert.equal(choosePrefix(["10.210.7.0/24", "10.211.0.0/16", "10.212.0.1/32"]), "10.213");
    assert.equal(choosePrefix(["10.0.0.0/8"]), "172.20");
    assert.equal(choosePrefix(["10.0.0.0/8", "172.16.0.0/12"]), "100.64");
  });

  it("are undefined when every candidate is in use", () => {
    assert.equal(choosePrefix(["0.0.0.0/1", "128.0.0.0/1"]), undefined);
  });

  it("of adjacent networks do not overlap", () => {
    assert.ok(isFree("10.210", ["10.209.0.0/16", "10.211.0.0/16", "192.168.0.0/24"]));
  });

  it("are read from the kernel's table of routes, without the default route", () => {
    const table = [
      "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT",
      "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0",
      "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0",
      "docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0",
      "tun0\t0000D20A\t00000000\t0001\t0\t0\t0\t0000FEFF\t0\t0\t0",
    ].join("\n");
    assert.deepEqual(parseRoutes(`${table}\n`), ["192.0.2.0/24", "172.17.0.0/16", "10.210.0.0/15"]);
    assert.deepEqual(parseRoutes(""), []);
  });

  it("are recognized in a network that ensureNetwork created", () => {
    assert.equal(prefixOf("10.210.0.0/24"), "10.210");
    assert.equal(prefixOf("172.17.0.0/16"), undefined);
    assert.equal(prefixOf(""), undefined);
  });
});
