import assert from "node:assert/strict";
import {
  daemonSetProgress,
  deploymentProgress,
  statefulSetProgress,
} from "../../../../local/providers/kubernetes/await/replicas";
import { jobProgress } from "../../../../local/providers/kubernetes/await/job";
import { podProblem } from "../../../../local/providers/kubernetes/await/podReasons";
import {
  countEndpoints,
  endpointProgress,
  needsEndpoints,
} from "../../../../local/providers/kubernetes/await/service";
import { waitUntilReady, type WaitOptions } from "../../../../local/providers/kubernetes/await/wait";
import type { ClusterClient } from "../../../../local/providers/kubernetes/client";
import type { Properties } from "../../../../local/providers/plugin/values";

const controller = (spec: Properties, status: Properties, generation = 1): Properties => ({
  metadata: { generation },
  spec,
  status,
});

describe("when a Deployment is ready", () => {
  for (const [what, spec, status, state, message] of [
    ["the controller has not seen it", { replicas: 3 }, { observedGeneration: 0 }, "waiting", /controller/],
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
      "a broken one waits beside an old one",
      { replicas: 1 },
      { observedGeneration: 1, replicas: 2, updatedReplicas: 1, availableReplicas: 1 },
      "waiting",
      /0 of 1 replicas ready/,
    ],
    [
      "an old one still runs",
      { replicas: 1 },
      { observedGeneration: 1, replicas: 2, updatedReplicas: 1, availableReplicas: 2 },
      "waiting",
      /1 old replicas still running/,
    ],
    [
      "all are there",
      { replicas: 2 },
      { observedGeneration: 1, replicas: 2, updatedReplicas: 2, availableReplicas: 2 },
      "ready",
      /2 replicas ready/,
    ],
    ["none are wanted", { replicas: 0 }, { observedGeneration: 1 }, "ready", /0 replicas/],
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
    ["all is settled", settled, "ready", /3 replicas ready/],
    [
      "the status is of the generation before",
      { ...settled, observedGeneration: 0 },
      "waiting",
      /controller/,
    ],
    ["one is not ready", { ...settled, readyReplicas: 2 }, "waiting", /2 of 3 replicas ready/],
    [
      "it rolls",
      { ...settled, updateRevision: "b", updatedReplicas: 1 },
      "waiting",
      /1 of 3 replicas updated and ready/,
    ],
    ["it shrinks", { ...settled, replicas: 5 }, "waiting", /2 surplus replicas/],
  ] as const) {
    it(`${what}: ${state}`, () => {
      const progress = statefulSetProgress(controller({ replicas: 3 }, status));
      assert.equal(progress.state, state);
      assert.match(progress.message, message);
    });
  }

  it("does not wait for pods that are replaced only when deleted by hand", () => {
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

describe("when a Service is ready", () => {
  const selector = { app: "web" };
  it("waits for endpoints only where there can be any", () => {
    assert.equal(needsEndpoints({ spec: { selector, clusterIP: "10.0.0.1" } }), true);
    assert.equal(needsEndpoints({ spec: { selector, clusterIP: "None" } }), false);
    assert.equal(needsEndpoints({ spec: { type: "ExternalName", selector } }), false);
    assert.equal(needsEndpoints({ spec: {} }), false);
  });

  it("counts endpoints that are on their way in, not those on their way out", () => {
    const endpoint = (ready: boolean, terminating = false) => ({ conditions: { ready, terminating } });
    const slices: Properties[] = [
      { endpoints: [endpoint(true), endpoint(false)] },
      { endpoints: [endpoint(false, true)] },
      {},
    ];
    assert.deepEqual(countEndpoints(slices), { ready: 1, all: 2 });
  });

  it("waits for those that are not ready, and a moment for the first", () => {
    assert.match(endpointProgress({ ready: 1, all: 2 }, 60_000).message, /1 of 2/);
    assert.equal(endpointProgress({ ready: 0, all: 0 }, 100).state, "waiting");
    assert.equal(endpointProgress({ ready: 0, all: 0 }, 60_000).state, "ready");
    assert.equal(endpointProgress({ ready: 2, all: 2 }, 100).state, "ready");
  });
});

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

  it("a container that keeps crashing: its exit code, and the log of its last run", () => {
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

  it("a container that ended", () => {
    const problem = podProblem(
      pod({
        phase: "Failed",
        containerStatuses: [container({ terminated: { exitCode: 3, reason: "Error" } })],
      }),
    );
    assert.equal(problem.text, "container web exited (exit code 3)");
    assert.deepEqual(problem.log, { container: "web", previous: false });
  });

  it("no node for it", () => {
    const conditions = [
      { type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/3 nodes are available" },
    ];
    assert.equal(
      podProblem(pod({ phase: "Pending", conditions })).text,
      "cannot be scheduled (Unschedulable): 0/3 nodes are available",
    );
  });

  it("an init container before the others", () => {
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

  it("a probe that fails: the events say which", () => {
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

describe("waiting", () => {
  const live: Properties = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "demo" },
  };
  const options = (found: Properties | undefined, rest: Partial<WaitOptions> = {}): WaitOptions => ({
    client: { get: async () => found } as unknown as ClusterClient,
    signal: new AbortController().signal,
    timeoutSeconds: 1,
    status: () => undefined,
    ...rest,
  });
  const awaiter = (state: "waiting" | "ready" | "failed") => ({
    progress: () => ({ state, message: "1 of 3 replicas ready" }),
    reasons: async () => ["pod web-0: is slow\n  very"],
  });

  it("ends when it is ready", async () => {
    assert.equal(await waitUntilReady(live, awaiter("ready"), options(live)), live);
  });

  it("ends with the pods' reasons when the time is over", async () => {
    await assert.rejects(waitUntilReady(live, awaiter("waiting"), options(live)), {
      message:
        "Deployment demo/web is not ready after 1 s: 1 of 3 replicas ready.\n    pod web-0: is slow\n      very",
    });
  });

  it("ends at once when it cannot come any more, when it is deleted and when the user cancels", async () => {
    const patient = { timeoutSeconds: 60 };
    await assert.rejects(waitUntilReady(live, awaiter("failed"), options(live, patient)), /pod web-0/);
    await assert.rejects(
      waitUntilReady(live, awaiter("waiting"), options(undefined, patient)),
      /was deleted before it was ready/,
    );
    const signal = AbortSignal.abort();
    await assert.rejects(
      waitUntilReady(live, awaiter("waiting"), options(live, { ...patient, signal })),
      /when the run was canceled/,
    );
  });
});
