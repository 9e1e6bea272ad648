import assert from "node:assert/strict";
import { podProblem } from "../../../../../../local/providers/kubernetes/await/podReasons";
import type { Properties } from "../../../../../../local/providers/plugin/values";

describe("why a pod is not ready", () => {
  const pod = (status: Properties): Properties => ({ metadata: { name: "web-0" }, status });
  const container = (state: Properties, rest: Properties = {}): Properties => ({
    name: "web",
    ready: false,
    restartCount: 0,
    state,
    ...rest,
  });

  it("an image that cannot be pulled", () => {
    const message = 'Back-off pulling image "nowhere/none:1"';
    const { text } = podProblem(
      pod({ containerStatuses: [container({ waiting: { reason: "ImagePullBackOff", message } })] }),
    );
    assert.equal(text, `container web: ImagePullBackOff: ${message}`);
  });

  it("a container that keeps crashing, with its exit code and the log of its last run", () => {
    const lastState = { terminated: { exitCode: 137, reason: "OOMKilled" } };
    const problem = podProblem(
      pod({
        containerStatuses: [
          container({ waiting: { reason: "CrashLoopBackOff" } }, { lastState, restartCount: 4 }),
        ],
      }),
    );
    assert.equal(
      problem.text,
      "container web keeps crashing (CrashLoopBackOff, 4 restarts, exit code 137, OOMKilled)",
    );
    assert.deepEqual(problem.log, { container: "web", previous: true });
  });

  it("a container that exited", () => {
    const problem = podProblem(
      pod({
        phase: "Failed",
        containerStatuses: [container({ terminated: { exitCode: 3, reason: "Error" } })],
      }),
    );
    assert.equal(problem.text, "container web exited (exit code 3)");
    assert.deepEqual(problem.log, { container: "web", previous: false });
  });

  it("no node that can run it", () => {
    const conditions = [
      { type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/3 nodes are available" },
    ];
    assert.equal(
      podProblem(pod({ phase: "Pending", conditions })).text,
      "cannot be scheduled (Unschedulable): 0/3 nodes are available",
    );
  });

  it("an init container that blocks the others", () => {
    const status = {
      initContainerStatuses: [
        {
          ...container({
            waiting: { reason: "CreateContainerConfigError", message: 'secret "x" not found' },
          }),
          name: "cookie",
        },
      ],
      containerStatuses: [container({ waiting: { reason: "PodInitializing" } })],
    };
    assert.equal(
      podProblem(pod(status)).text,
      'container cookie: CreateContainerConfigError: secret "x" not found',
    );
  });

  it("a failing probe, which the events name", () => {
    const problem = podProblem(pod({ containerStatuses: [container({ running: {} })] }));
    assert.equal(problem.text, "container web is running but not ready");
    assert.equal(problem.seeEvents, true);
  });

  it("an eviction", () => {
    assert.equal(
      podProblem(pod({ phase: "Failed", reason: "Evicted", message: "low on memory" })).text,
      "failed (Evicted): low on memory",
    );
  });
});
