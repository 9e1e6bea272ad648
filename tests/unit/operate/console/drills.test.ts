import assert from "node:assert/strict";
import { DrillRunner } from "../../../../operate/console/drills";
import type { View } from "../../../../operate/drill/view";
import { snapshotAt } from "../../../console/drillRecordings";
import { NODE_OFF } from "../../../console/drillReports";

const DRILL = { scene: "node-off", run: "node-off-1" };

/** Runs until it is aborted, and takes a while to undo its changes. */
const undoing = (undone: () => void) => (_: View, signal: AbortSignal) =>
  new Promise<never>((_resolve, reject) =>
    signal.addEventListener("abort", () =>
      setImmediate(() => {
        undone();
        reject(new Error("stopped"));
      }),
    ),
  );

describe("the drills of a console", () => {
  it("run one at a time", async () => {
    const runner = new DrillRunner();
    runner.start(DRILL, async () => NODE_OFF);
    assert.throws(() => runner.start(DRILL, async () => NODE_OFF), /node-off is running\. Wait/);
    await runner.stop();
    runner.start(DRILL, async () => NODE_OFF);
    await runner.stop();
    assert.equal(runner.ended.known.length, 2);
  });

  it("are undone before stopping resolves, which Ctrl-C waits for", async () => {
    const runner = new DrillRunner();
    let undone = false;
    const states: (boolean | undefined)[] = [];
    runner.running.listen((drill) => states.push(drill?.stopping));
    runner.start(
      DRILL,
      undoing(() => (undone = true)),
    );
    await runner.stop();
    assert.ok(undone);
    assert.deepEqual(states, [false, true, undefined]);
    assert.deepEqual(
      runner.ended.known.map(({ outcome }) => outcome),
      [{ error: "stopped" }],
    );
  });

  it("can be stopped when none runs", () => new DrillRunner().stop());

  it("keep each rate once, with its time", async () => {
    const runner = new DrillRunner();
    let view: View | undefined;
    runner.start(DRILL, async (shown, signal) => {
      view = shown;
      return undoing(() => undefined)(shown, signal);
    });
    for (const second of [0, 1, 1, 2, 2, 3]) view?.update(snapshotAt(second));
    const { snapshot, points = [] } = runner.running.known ?? {};
    assert.equal(points.length, 3);
    assert.deepEqual(points[0], [snapshotAt(1).at * 1000, 59, 56]);
    assert.equal(snapshot && "history" in snapshot, false);
    await runner.stop();
  });

  it("keep the last ten that have ended, the newest first", async () => {
    const runner = new DrillRunner();
    for (let number = 0; number < 12; number++) {
      runner.start({ scene: "drain", run: `drain-${number}` }, async () => NODE_OFF);
      await runner.stop();
    }
    const runs = runner.ended.known.map(({ run }) => run);
    assert.deepEqual([runs.length, runs[0], runs[9]], [10, "drain-11", "drain-2"]);
  });
});
