import assert from "node:assert/strict";
import {
  daemonSetProgress,
  deploymentProgress,
  statefulSetProgress,
} from "../../../../../../local/providers/kubernetes/await/replicas";
import type { Properties } from "../../../../../../local/providers/plugin/values";

const controller = (spec: Properties, status: Properties, generation = 1): Properties => ({
  metadata: { generation },
  spec,
  status,
});

describe("when a Deployment is ready", () => {
  for (const [what, spec, status, state, message] of [
    [
      "the controller has not observed it",
      { replicas: 3 },
      { observedGeneration: 0 },
      "waiting",
      /controller/,
    ],
    [
      "nothing is updated",
      { replicas: 3 },
      { observedGeneration: 1, replicas: 3, updatedReplicas: 1, availableReplicas: 3 },
      "waiting",
      /1 of 3 replicas updated/,
    ],
    [
      "new ones are not ready",
      { replicas: 3 },
      { observedGeneration: 1, replicas: 3, updatedReplicas: 3, availableReplicas: 2 },
      "waiting",
      /2 of 3 replicas ready/,
    ],
    [
      "a failing new replica beside an old one",
      { replicas: 1 },
      { observedGeneration: 1, replicas: 2, updatedReplicas: 1, availableReplicas: 1 },
      "waiting",
      /0 of 1 replicas ready/,
    ],
    [
      "an old replica is still running",
      { replicas: 1 },
      { observedGeneration: 1, replicas: 2, updatedReplicas: 1, availableReplicas: 2 },
      "waiting",
      /1 old replicas still running/,
    ],
    [
      "all are ready",
      { replicas: 2 },
      { observedGeneration: 1, replicas: 2, updatedReplicas: 2, availableReplicas: 2 },
      "ready",
      /2 replicas ready/,
    ],
    ["zero replicas", { replicas: 0 }, { observedGeneration: 1 }, "ready", /0 replicas/],
  ] as const) {
    it(`${what}: ${state}`, () => {
      const progress = deploymentProgress(controller(spec, status));
      assert.equal(progress.state, state);
      assert.match(progress.message, message);
    });
  }
});

describe("when a StatefulSet is ready", () => {
  const settled = {
    observedGeneration: 1,
    replicas: 3,
    readyReplicas: 3,
    updatedReplicas: 3,
    currentRevision: "a",
    updateRevision: "a",
  };
  for (const [what, status, state, message] of [
    ["all replicas are up to date", settled, "ready", /3 replicas ready/],
    [
      "the status is of the previous generation",
      { ...settled, observedGeneration: 0 },
      "waiting",
      /controller/,
    ],
    ["one is not ready", { ...settled, readyReplicas: 2 }, "waiting", /2 of 3 replicas ready/],
    [
      "a rolling update",
      { ...settled, updateRevision: "b", updatedReplicas: 1 },
      "waiting",
      /1 of 3 replicas updated and ready/,
    ],
    ["scaling down", { ...settled, replicas: 5 }, "waiting", /2 surplus replicas/],
  ] as const) {
    it(`${what}: ${state}`, () => {
      const progress = statefulSetProgress(controller({ replicas: 3 }, status));
      assert.equal(progress.state, state);
      assert.match(progress.message, message);
    });
  }

  it("does not wait for pods that are only replaced when they are deleted manually", () => {
    const spec = { replicas: 3, updateStrategy: { type: "OnDelete" } };
    assert.equal(statefulSetProgress(controller(spec, { ...settled, updateRevision: "b" })).state, "ready");
  });
});

it("a DaemonSet is ready when every node has the latest pod", () => {
  const status = {
    observedGeneration: 1,
    desiredNumberScheduled: 3,
    updatedNumberScheduled: 3,
    numberAvailable: 2,
  };
  assert.match(daemonSetProgress(controller({}, status)).message, /2 of 3 nodes ready/);
  assert.equal(daemonSetProgress(controller({}, { ...status, numberAvailable: 3 })).state, "ready");
});
