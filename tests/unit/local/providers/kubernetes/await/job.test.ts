import assert from "node:assert/strict";
import { jobProgress } from "../../../../../../local/providers/kubernetes/await/job";
import type { Properties } from "../../../../../../local/providers/plugin/values";

describe("when a Job is done", () => {
  const condition = (type: string, rest: Properties = {}) => ({ type, status: "True", ...rest });
  it("completed", () => {
    assert.equal(
      jobProgress({
        status: { succeeded: 1, conditions: [condition("SuccessCriteriaMet"), condition("Complete")] },
      }).state,
      "ready",
    );
  });
  it("failed: at once, with the reason", () => {
    const failure = condition("Failed", {
      reason: "BackoffLimitExceeded",
      message: "Job has reached the specified backoff limit",
    });
    assert.deepEqual(jobProgress({ status: { failed: 2, conditions: [failure] } }), {
      state: "failed",
      message: "failed (BackoffLimitExceeded): Job has reached the specified backoff limit",
    });
  });
  it("running", () => {
    const live = { spec: { completions: 5 }, status: { active: 1, failed: 1, succeeded: 2 } };
    assert.equal(jobProgress(live).message, "2 of 5 pods completed, 1 active, 1 failed");
  });
  it("suspended", () => assert.equal(jobProgress({ spec: { suspend: true } }).state, "ready"));
});
