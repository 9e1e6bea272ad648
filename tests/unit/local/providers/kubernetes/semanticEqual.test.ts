import assert from "node:assert/strict";
import { semanticallyEqual } from "../../../../../local/providers/kubernetes/semanticEqual";

describe("kubernetes stand-in: quantities", () => {
  const path = ["spec", "resources", "requests", "cpu"];
  for (const [a, b] of [
    ["1000m", "1"],
    ["1024Mi", "1Gi"],
    [0.5, "500m"],
    ["1e3", "1k"],
    ["0.1", "100m"],
  ] as const) {
    it(`treats ${a} and ${b} as equal`, () => assert.ok(semanticallyEqual(path, a, b)));
  }
  it("does so only in fields that hold quantities", () =>
    assert.ok(!semanticallyEqual(["metadata", "labels", "size"], "1000m", "1")));
  it("distinguishes different quantities", () => assert.ok(!semanticallyEqual(path, "1Gi", "1G")));
});
