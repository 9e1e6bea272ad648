import assert from "node:assert/strict";
import { checkYes } from "../../../../operate/cli/consent";

describe("--yes", () => {
  it("requires --context outside the local target", () => {
    assert.throws(() => checkYes({ yes: true }, false), /--yes requires --context/);
    checkYes({ yes: true, context: "staging" }, false);
    checkYes({ yes: true }, true);
    checkYes({}, false);
  });
});
