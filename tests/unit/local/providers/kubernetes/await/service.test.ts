import assert from "node:assert/strict";
import {
  countEndpoints,
  endpointProgress,
  needsEndpoints,
} from "../../../../../../local/providers/kubernetes/await/service";
import type { Properties } from "../../../../../../local/providers/plugin/values";

describe("when a Service is ready", () => {
  const selector = { app: "web" };
  it("waits for endpoints only if the Service can have any", () => {
    assert.equal(needsEndpoints({ spec: { selector, clusterIP: "10.0.0.1" } }), true);
    assert.equal(needsEndpoints({ spec: { selector, clusterIP: "None" } }), false);
    assert.equal(needsEndpoints({ spec: { type: "ExternalName", selector } }), false);
    assert.equal(needsEndpoints({ spec: {} }), false);
  });

  it("counts endpoints that are not ready yet, but not those that are terminating", () => {
    const endpoint = (ready: boolean, terminating = false) => ({ conditions: { ready, terminating } });
    const slices: Properties[] = [
      { endpoints: [endpoint(true), endpoint(false)] },
      { endpoints: [endpoint(false, true)] },
      {},
    ];
    assert.deepEqual(countEndpoints(slices), { ready: 1, all: 2 });
  });

  it("waits for endpoints that are not ready, and 3 s for the first one", () => {
    assert.match(endpointProgress({ ready: 1, all: 2 }, 60_000).message, /1 of 2/);
    assert.equal(endpointProgress({ ready: 0, all: 0 }, 100).state, "waiting");
    assert.equal(endpointProgress({ ready: 0, all: 0 }, 60_000).state, "ready");
    assert.equal(endpointProgress({ ready: 2, all: 2 }, 100).state, "ready");
  });
});
