import assert from "node:assert/strict";
import {
  FAULT_GROUPS,
  type FaultName,
  planFaults,
} from "../../../../../operate/drill/scenes/random/faultPlan";

const groupOf = (name: FaultName) =>
  FAULT_GROUPS.findIndex((group: readonly FaultName[]) => group.includes(name));

describe("random faults", () => {
  it("are the same for the same seed, and others for another one", () => {
    assert.deepEqual(planFaults(7, 480, 3), planFaults(7, 480, 3));
    assert.notDeepEqual(planFaults(7, 480, 3), planFaults(8, 480, 3));
  });

  it("of a shorter time are the first ones of a longer time", () => {
    const short = planFaults(7, 240, 3);
    assert.deepEqual(planFaults(7, 480, 3).slice(0, short.length), short);
  });

  for (const seed of [0, 1, 999_999])
    describe(`of seed ${seed}`, () => {
      const steps = planFaults(seed, 1800, 3);
      const faults = steps.flatMap((step) => step.faults);

      it("fill the time", () => {
        const seconds = steps.reduce((sum, step) => sum + step.pauseSeconds + step.holdSeconds, 0);
        assert.ok(seconds <= 1800 && seconds > 1800 - 50, `${seconds} s`);
        for (const { pauseSeconds, holdSeconds } of steps) {
          assert.ok(pauseSeconds >= 0 && pauseSeconds <= 20);
          assert.ok(holdSeconds >= 5 && holdSeconds <= 30);
        }
      });

      it("are all of them within half an hour, and hit every broker", () => {
        assert.deepEqual([...new Set(faults.map(({ name }) => name))].sort(), FAULT_GROUPS.flat().toSorted());
        assert.deepEqual([...new Set(faults.map(({ broker }) => broker))].sort(), [0, 1, 2]);
      });

      it("come alone or in pairs that do not undo each other", () => {
        assert.deepEqual([...new Set(steps.map((step) => step.faults.length))].sort(), [1, 2]);
        for (const step of steps) {
          const groups = step.faults.map(({ name }) => groupOf(name));
          assert.equal(new Set(groups).size, groups.length);
        }
      });
    });
});
