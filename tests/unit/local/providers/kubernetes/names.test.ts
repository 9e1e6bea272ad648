import assert from "node:assert/strict";
import { fieldManager, withName } from "../../../../../local/providers/kubernetes/names";
import { UNKNOWN, type Properties } from "../../../../../local/providers/plugin/values";

const seed = new Uint8Array([1, 2, 3]);

describe("kubernetes stand-in: names", () => {
  const request = { oldInputs: {}, name: "config", randomSeed: seed };

  it("generates a name from the resource's name and eight digits, and marks it", () => {
    const { metadata } = withName({ metadata: { labels: { a: "b" } } }, request) as { metadata: Properties };
    assert.match(String(metadata.name), /^config-[0-9a-f]{8}$/);
    assert.deepEqual(metadata.annotations, { "pulumi.com/autonamed": "true" });
    assert.deepEqual(metadata.labels, { a: "b" });
  });

  it("generates the same name for the same seed, so that preview and update agree", () => {
    assert.deepEqual(withName({}, request), withName({}, request));
    assert.notDeepEqual(withName({}, request), withName({}, { ...request, randomSeed: new Uint8Array([4]) }));
  });

  it("keeps the object's name", () => {
    const oldInputs = withName({}, request);
    assert.deepEqual(withName({}, { ...request, randomSeed: new Uint8Array([4]), oldInputs }), oldInputs);
  });

  it("does not change a fixed name or unknown metadata", () => {
    assert.deepEqual(withName({ metadata: { name: "fixed" } }, request), { metadata: { name: "fixed" } });
    assert.deepEqual(withName({ metadata: UNKNOWN }, request), { metadata: UNKNOWN });
  });

  it("applies the stack's autonaming configuration", () => {
    const named = withName({}, { ...request, autoname: { proposed: "config-of-mine" } });
    assert.equal((named.metadata as Properties).name, "config-of-mine");
    assert.throws(() => withName({}, { ...request, autoname: "disabled" }), /Set metadata.name/);
  });

  it("derives the field manager from the URN", () => {
    assert.match(fieldManager("urn:a"), /^pulumi-kubernetes-[0-9a-f]{8}$/);
    assert.notEqual(fieldManager("urn:a"), fieldManager("urn:b"));
  });
});
