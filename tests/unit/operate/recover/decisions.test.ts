import assert from "node:assert/strict";
import { Decisions } from "../../../../operate/recover/decisions";
import { type Step, StepKind } from "../../../../operate/recover/plan";

const step = (target: string): Step => ({ kind: StepKind.Taint, target, why: "", needs: [], about: {} });
const targets = (steps: readonly Step[]) => steps.map(({ target }) => target);

describe("decisions about the steps of a recovery", () => {
  it("are made once for each step, however often it is planned", async () => {
    const asked: string[][] = [];
    const decisions = new Decisions(async (steps) => {
      asked.push(targets(steps));
      return steps.filter(({ target }) => target !== "node-2");
    });
    await decisions.askAbout([step("node-1"), step("node-2")]);
    await decisions.askAbout([step("node-1"), step("node-2"), step("node-3")]);
    await decisions.askAbout([]);
    assert.deepEqual(asked, [["node-1", "node-2"], ["node-3"]]);
    assert.ok(decisions.isAllowed(step("node-1")) && decisions.isAllowed(step("node-3")));
    assert.ok(!decisions.isAllowed(step("node-2")) && decisions.isRefused(step("node-2")));
    assert.deepEqual(targets(decisions.refused), ["node-2"]);
  });
});
