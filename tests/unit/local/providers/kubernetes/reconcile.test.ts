import assert from "node:assert/strict";
import { reconcile } from "../../../../../local/providers/kubernetes/reconcile";
import type { Properties } from "../../../../../local/providers/plugin/values";
import { object } from "./object";

describe("kubernetes stand-in: refresh", () => {
  const live = object("apps/v1", "Deployment", {
    spec: {
      replicas: 3,
      progressDeadlineSeconds: 600,
      template: {
        spec: {
          containers: [
            {
              name: "a",
              image: "x:1",
              resources: { requests: { cpu: "10m" } },
              terminationMessagePath: "/dev/termination-log",
            },
          ],
        },
      },
    },
    status: { readyReplicas: 3 },
  });
  const inputs = object("apps/v1", "Deployment", {
    spec: {
      replicas: 3,
      paused: false,
      template: {
        spec: {
          volumes: [],
          containers: [{ name: "a", image: "x:1", resources: { requests: { cpu: "0.01" } } }],
        },
      },
    },
  });

  it("returns the program's own inputs if nothing changed", () => {
    assert.deepEqual(reconcile(inputs, live), inputs);
  });

  it("shows a changed value and a removed field", () => {
    const drifted = structuredClone(live) as { spec: Properties };
    drifted.spec.replicas = 1;
    delete drifted.spec.template;
    assert.deepEqual(reconcile(inputs, drifted).spec, { replicas: 1, paused: false });
  });

  it("decodes stringData from data", () => {
    const secret = object("v1", "Secret", { stringData: { a: "old", b: "gone" } });
    const found = object("v1", "Secret", { data: { a: Buffer.from("new").toString("base64") } });
    assert.deepEqual(reconcile(secret, found).stringData, { a: "new" });
  });
});
