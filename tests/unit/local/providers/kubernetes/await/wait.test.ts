import assert from "node:assert/strict";
import { waitUntilReady, type WaitOptions } from "../../../../../../local/providers/kubernetes/await/wait";
import type { ClusterClient } from "../../../../../../local/providers/kubernetes/client";
import type { Properties } from "../../../../../../local/providers/plugin/values";

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

  it("fails with the pods' reasons at the timeout", async () => {
    await assert.rejects(waitUntilReady(live, awaiter("waiting"), options(live)), {
      message:
        "Deployment demo/web is not ready after 1 s: 1 of 3 replicas ready.\n    pod web-0: is slow\n      very",
    });
  });

  it("fails immediately if the object has failed, was deleted, or the user cancels", async () => {
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
