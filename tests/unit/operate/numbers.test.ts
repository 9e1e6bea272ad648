import assert from "node:assert/strict";
import { InvalidArgumentError } from "commander";
import { numberOption } from "../../../operate/cli/numberOption";
import { type NumberRange, parseNumber } from "../../../operate/numbers";

describe("numbers on the command line", () => {
  const cases: [string, NumberRange, number | undefined][] = [
    ["2.5", {}, 2.5],
    ["0", {}, 0],
    ["-1", {}, undefined],
    ["", {}, undefined],
    [" ", {}, undefined],
    ["soon", {}, undefined],
    ["Infinity", {}, undefined],
    ["7", { integer: true }, 7],
    ["2.5", { integer: true }, undefined],
    ["1e3", { integer: true }, undefined],
    ["0", { integer: true, min: 1 }, undefined],
    ["9", { integer: true, min: 3, max: 9 }, 9],
    ["10", { integer: true, min: 3, max: 9 }, undefined],
  ];
  for (const [text, range, expected] of cases)
    it(`"${text}" is ${expected ?? "refused"} with ${JSON.stringify(range)}`, () => {
      assert.equal(parseNumber(text, range), expected);
      if (expected === undefined) assert.throws(() => numberOption(range)(text), InvalidArgumentError);
      else assert.equal(numberOption(range)(text), expected);
    });

  it("are described in the error", () =>
    assert.throws(() => numberOption({ integer: true, min: 1 })("0"), /Use an integer of at least 1\./));
});
