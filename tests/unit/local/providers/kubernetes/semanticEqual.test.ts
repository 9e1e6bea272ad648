import assert from "node:assert/strict";
import { semanticallyEqual } from "../../../../../local/providers/kubernetes/semanticEqual";

describe("kubernetes stand-in: amounts", () => {
  const path = ["spec", "resources", "requests", "cpu"];
  for (const [a, b] of [
    ["1000m", "1"],
    ["1024Mi", "1Gi"],
    [0.5, "500m"],
    ["1e3", "1k"],
    ["0.1", "100m"],
  ] as const) {
    it(`takes ${a} and ${b} for the same`, () => assert.ok(semanticallyEqual(path, a, b)));
  }
  it("does so only where amounts stand", () =>
    assert.ok(!semanticallyEqual(["metadata", "labels", "size"], "1000m", "1")));
  it("does not take different amounts for the same", () => assert.ok(!semanticallyEqual(path, "1Gi", "1G")));
});
