import assert from "node:assert/strict";
import { password, problem, type PasswordRules } from "../../../../../local/providers/random/password";

const RULES: PasswordRules = {
  length: 32,
  lower: true,
  upper: true,
  numeric: true,
  special: true,
  minLower: 0,
  minUpper: 0,
  minNumeric: 0,
  minSpecial: 0,
};

describe("random stand-in: passwords", () => {
  it("have the requested length and differ", () => {
    assert.equal(password(RULES).length, 32);
    assert.notEqual(password(RULES), password(RULES));
  });

  it("contain only the requested characters", () => {
    assert.match(password({ ...RULES, length: 200, special: false }), /^[A-Za-z0-9]{200}$/);
    assert.match(password({ ...RULES, lower: false, upper: false, special: false }), /^\d+$/);
    assert.match(
      password({ ...RULES, lower: false, upper: false, numeric: false, overrideSpecial: "+-" }),
      /^[+-]+$/,
    );
  });

  it("contain the minimum of each character class, at any position", () => {
    for (let round = 0; round < 50; round++) {
      const result = password({ ...RULES, length: 8, minNumeric: 3, minSpecial: 2 });
      assert.ok((result.match(/\d/g) ?? []).length >= 3, result);
      assert.ok((result.match(/[^A-Za-z0-9]/g) ?? []).length >= 2, result);
    }
  });

  for (const [what, rules, text] of [
    ["no length", { length: 0 }, /length is 0/],
    [
      "no characters",
      { lower: false, upper: false, numeric: false, special: false },
      /set one of them to true/,
    ],
    ["more minimums than length", { length: 4, minLower: 5 }, /make length at least 5/],
  ] as const) {
    it(`refuse ${what}`, () => assert.match(problem({ ...RULES, ...rules }) ?? "", text));
  }
});
