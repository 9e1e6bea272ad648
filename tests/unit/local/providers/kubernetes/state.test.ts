import assert from "node:assert/strict";
import { inputsFromLive, previewOf, stateOf } from "../../../../../local/providers/kubernetes/state";
import { makeSecret, UNKNOWN, type Properties } from "../../../../../local/providers/plugin/values";
import { object } from "./object";

describe("kubernetes stand-in: state", () => {
  it("keeps secret values secret, and always the data of a Secret", () => {
    const live = object("v1", "Secret", { data: { a: "MQ==" } }, { managedFields: [], uid: "1" });
    const state = stateOf(live, object("v1", "Secret", { stringData: { a: "1" } }), "manager");
    assert.deepEqual(state.data, makeSecret({ a: "MQ==" }));
    assert.deepEqual((state.__inputs as Properties).stringData, makeSecret({ a: "1" }));
    assert.deepEqual(state.metadata, { name: "thing", namespace: "demo", uid: "1" });
  });

  it("hides a single value of a map, but a whole list", () => {
    const inputs = object("v1", "ConfigMap", {
      data: { open: "1", hidden: makeSecret("2") },
      list: [makeSecret("3")],
    });
    const state = stateOf(
      object("v1", "ConfigMap", { data: { open: "1", hidden: "2" }, list: ["3"] }),
      inputs,
      "manager",
    );
    assert.deepEqual(state.data, { open: "1", hidden: makeSecret("2") });
    assert.deepEqual(state.list, makeSecret(["3"]));
  });

  it("leaves values that the server assigns unknown in a preview", () => {
    const live = object("v1", "Service", { spec: { clusterIP: "10.0.0.9" }, status: {} }, { uid: "1" });
    const preview = previewOf(live, object("v1", "Service"), "manager");
    assert.equal((preview.spec as Properties).clusterIP, UNKNOWN);
    assert.equal((preview.metadata as Properties).uid, UNKNOWN);
    assert.equal("status" in preview, false);
  });

  it("imports an object without the fields that the server adds", () => {
    const live = object(
      "v1",
      "ConfigMap",
      { data: { a: "1" }, status: {} },
      { uid: "1", resourceVersion: "7" },
    );
    assert.deepEqual(inputsFromLive(live), object("v1", "ConfigMap", { data: { a: "1" } }));
  });
});
