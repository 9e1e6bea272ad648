import assert from "node:assert/strict";
import { mock } from "node:test";
import type { Broker } from "../../../../operate/cluster/brokers";
import type { Installation } from "../../../../operate/cluster/installation";
import type { DrillLoad } from "../../../../operate/drill/load/drillLoad";
import { DrillWatcher } from "../../../../operate/drill/watcher";
import type { Snapshot } from "../../../../operate/drill/view/snapshot";
import { wait } from "../../../../operate/waiting";
import { fakeCluster } from "../fakeCluster";

describe("the view of a drill", () => {
  it("goes on, and ends, while the API server does not answer, and has one read open", async () => {
    const list = mock.fn(() => new Promise(() => undefined));
    const snapshots: Snapshot[] = [];
    const view = { update: (snapshot: Snapshot) => void snapshots.push(snapshot), end: () => undefined };
    const installation = { brokers: { pods: async () => [], queue: async () => ({}) } };
    const watcher = new DrillWatcher(
      fakeCluster({ core: { listNode: list } }, { pods: async () => [] }),
      installation as unknown as Installation,
      view,
      { scene: "api-off", run: "api-off-1" },
      0.01,
    );
    let executed = 0;
    const load = {
      queue: "q",
      count: async () => ({ confirmed: 0, executed: ++executed, lost: 0, workers: {} }),
    };
    watcher.prepared({ load: load as unknown as DrillLoad, victim: {} as Broker });
    const { signal } = new AbortController();
    while ((snapshots.at(-1)?.executed ?? 0) < 2) await wait(0.05, signal);
    await watcher.end();
    assert.equal(list.mock.callCount(), 1);
  });
});
