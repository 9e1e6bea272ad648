import assert from "node:assert/strict";
import { isPatch, parseId, parseType, selectorText } from "../../../../../local/providers/kubernetes/objects";
import type { Properties } from "../../../../../local/providers/plugin/values";

describe("kubernetes stand-in: types and ids", () => {
  for (const [type, apiVersion, kind] of [
    ["kubernetes:core/v1:Secret", "v1", "Secret"],
    ["kubernetes:apps/v1:StatefulSet", "apps/v1", "StatefulSet"],
    ["kubernetes:networking.k8s.io/v1:NetworkPolicy", "networking.k8s.io/v1", "NetworkPolicy"],
  ] as const) {
    it(`parses ${type}`, () => assert.deepEqual(parseType(type), { apiVersion, kind }));
  }

  it("knows the type of a patch from that of a kind of the same ending", () => {
    assert.ok(isPatch("kubernetes:core/v1:SecretPatch", { kind: "Secret" }));
    assert.ok(!isPatch("kubernetes:core/v1:Secret", { kind: "Secret" }));
    assert.ok(!isPatch("kubernetes:example.com/v1:EyePatch", { kind: "EyePatch" }));
  });

  it("parses ids with and without a namespace", () => {
    assert.deepEqual(parseId("demo/rabbit"), { namespace: "demo", name: "rabbit" });
    assert.deepEqual(parseId("demo"), { name: "demo" });
  });

  it("formats label selectors for the API", () => {
    const matchExpressions: Properties[] = [
      { key: "tier", operator: "In", values: ["a", "b"] },
      { key: "old", operator: "DoesNotExist" },
      { key: "new", operator: "Exists" },
    ];
    assert.equal(
      selectorText({ matchLabels: { app: "web" }, matchExpressions }),
      "app=web,tier in (a,b),!old,new",
    );
  });
});
