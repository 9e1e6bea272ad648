import assert from "node:assert/strict";
import type { Outcome } from "../../../../bench/compare/faults";
import { faultPage, throughputPage } from "../../../../bench/compare/report";
import type { Verdict } from "../../../../operate/drill/verdict/verdict";
import { markdown, withSection } from "../../../../bench/document";

const verdict = (change: Partial<Verdict>): Verdict => ({
  ...{ scene: "drain", run: "r", passed: true, reasons: [], confirmed: 3000, executed: 3000, lost: 0 },
  ...{ duplicated: 0, deadLettered: 0, lostIds: [], duplicatedIds: [], publishGapSeconds: 0.12 },
  ...{ consumeGapSeconds: 0.31, starvedSeconds: 0, redeliverySeconds: null, fullStrengthSeconds: 12.4 },
  ...{ workerBackSeconds: 1, workers: [], limits: {}, more: {} },
  ...change,
});

describe("the page of the comparison", () => {
  const ours: Outcome[] = [
    { scene: "drain", verdict: verdict({}) },
    { scene: "node-off", verdict: verdict({}) },
  ];

  it("has both designs in each cell", () => {
    const seed = [
      { scene: "drain", verdict: verdict({ lost: 51, publishGapSeconds: 73, fullStrengthSeconds: null }) },
    ];
    const { head, rows, notes } = faultPage(ours.slice(0, 1), seed);
    assert.equal(head.length, rows[0]?.length);
    assert.deepEqual(rows, [
      [
        ...["drain", "3000 \\| 3000", "0 \\| 51", "0 \\| 0"],
        ...["0.1 \\| 73.0", "0.3 \\| 0.3", "12 \\| never"],
      ],
    ]);
    assert.deepEqual(notes, []);
  });

  it("gives the reason for a missing figure", () => {
    const { rows, notes } = faultPage(ours, [
      { scene: "drain", verdict: verdict({}) },
      { scene: "node-off", failure: "timed out\nafter 120 s" },
    ]);
    assert.deepEqual(rows[1]?.slice(1, 3), ["3000 \\| ?", "0 \\| ?"]);
    assert.deepEqual(notes, ["seed, node-off: no figures, because timed out after 120 s"]);
  });

  it("has a dash for what only one design can do", () => {
    const { rows } = throughputPage(new Map([["8 producers", { ours: [1234.5], seed: [] }]]));
    assert.deepEqual(rows, [["8 producers", "1235", "-", "-"]]);
  });

  it("has the medians of all rounds, and ratios of rates of the same round", () => {
    const { head, rows } = throughputPage(
      new Map([["no-op", { ours: [300, 600, 480], seed: [200, 800, 400] }]]),
    );
    assert.deepEqual(rows, [["no-op", "480", "400", "1.20 (0.75 to 1.50)"]]);
    assert.equal(head.length, rows[0]?.length);
  });

  it("leaves out a round that a design did not finish", () => {
    const { rows } = throughputPage(
      new Map([["no-op", { ours: [300, 600, 480], seed: [200, undefined, 400] }]]),
    );
    assert.deepEqual(rows, [["no-op", "480", "300", "1.35 (1.20 to 1.50)"]]);
  });

  it("is written to its own section, and the rest of the page does not change", () => {
    const page =
      "# B\n\n<!-- written by a -->\n\nold\n\n<!-- end of a -->\n\ntext\n\n<!-- written by b -->\n<!-- end of b -->\n";
    const written = withSection(page, "a", markdown(["x"], [["1"]]));
    assert.equal(
      written,
      "# B\n\n<!-- written by a -->\n\n| x |\n| --- |\n| 1 |\n\n<!-- end of a -->\n\ntext\n\n<!-- written by b -->\n<!-- end of b -->\n",
    );
    assert.equal(withSection(written, "a", markdown(["x"], [["1"]])), written);
    assert.throws(() => withSection(page, "c", []), /no section for c\. Add the lines/);
  });
});
