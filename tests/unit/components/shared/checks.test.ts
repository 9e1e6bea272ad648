import assert from "node:assert/strict";
import {
  type Validation,
  all,
  check,
  each,
  fields,
  oneOf,
  problemsOf,
  unchecked,
  validatedBy,
  wholeNumber,
} from "../../../../components/shared/checks";

interface Range {
  least: number;
  most?: number;
}
interface Args {
  name?: string;
  range?: Range;
  ranges?: Range[];
}

const count = wholeNumber({ why: "it counts", least: 1 });
const RANGE: Validation<Range> = {
  checks: { least: count, most: count },
  rules: [
    {
      needs: ["least", "most"],
      problems: ({ least, most = Infinity }) => (least > most ? [`least is above ${most}`] : []),
    },
  ],
};
const ARGS: Validation<Args> = {
  checks: { name: oneOf({ A: "a", B: "b" }), range: validatedBy(RANGE), ranges: each(validatedBy(RANGE)) },
  rules: [
    { needs: ["range"], problems: ({ name, range }) => (name === "b" && range ? ["b takes no range"] : []) },
  ],
};
const WRONG = (least: number) => `is ${least}, but it counts. Use a whole number of at least 1.`;

describe("checks of arguments", () => {
  const CASES: [what: string, Args, string[]][] = [
    ["nothing wrong", { name: "a", range: { least: 1, most: 2 }, ranges: [] }, []],
    ["an argument that is not set", {}, []],
    ["one argument", { name: "c" }, ['name is "c". Use "a" or "b".']],
    ["a field of an argument", { range: { least: 0 } }, [`range.least ${WRONG(0)}`]],
    ["an item of a list", { ranges: [{ least: 1 }, { least: 0 }] }, [`ranges[1].least ${WRONG(0)}`]],
    ["a rule", { name: "b", range: { least: 1 } }, ["b takes no range"]],
    ["a rule between fields", { range: { least: 3, most: 2 } }, ["range.least is above 2"]],
    ["no rule whose arguments are invalid", { name: "b", range: { least: 0 } }, [`range.least ${WRONG(0)}`]],
    [
      "all problems, those of single arguments first",
      { name: "b", range: { least: 1 }, ranges: [{ least: 0 }] },
      [`ranges[0].least ${WRONG(0)}`, "b takes no range"],
    ],
  ];
  for (const [what, args, problems] of CASES)
    it(`report ${what}`, () => {
      assert.deepEqual(problemsOf(args, ARGS), problems);
    });

  it("report the problems of every check of an argument", () => {
    const short = check<string>(
      (text) => text.length < 3,
      (what) => `${what} is long`,
    );
    const lower = check<string>(
      (text) => text === text.toLowerCase(),
      (what) => `${what} is upper`,
    );
    assert.deepEqual(all(short, lower)("it", "LONG"), ["it is long", "it is upper"]);
  });

  it("accept everything where an argument is unchecked", () => {
    assert.deepEqual(fields<{ any: unknown }>({ any: unchecked })("it", { any: 1 }), []);
  });
});
