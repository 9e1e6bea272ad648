import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { picture } from "../../../../bench/compare/picture";
import { faultPage, isMeasured, spreadOf, throughputPage } from "../../../../bench/compare/report";
import { figuresOf, readResults, type Result, writeResults } from "../../../../bench/compare/results";
import { markdown, withSection } from "../../../../bench/document";
import type { Verdict } from "../../../../operate/drill/verdict/verdict";

const VERDICT: Verdict = {
  ...{ scene: "drain", run: "r", passed: true, reasons: [], confirmed: 3000, executed: 3000, lost: 0 },
  ...{ duplicated: 0, deadLettered: 0, lostIds: [], duplicatedIds: [], publishGapSeconds: 0.12 },
  ...{ consumeGapSeconds: 0.31, starvedSeconds: 0, redeliverySeconds: null, fullStrengthSeconds: 12.4 },
  ...{ workerBackSeconds: 1, workers: [], limits: {}, more: {} },
};

const result = (design: string, scene: string, change: Partial<Verdict> = {}, loadAverage = 2): Result => ({
  ...{ design, scene, loadAverage, at: "2026-11-30T01:00:00.000Z" },
  figures: figuresOf({ ...VERDICT, ...change }),
});
const failed = (design: string, scene: string, failure: string): Result => ({
  ...{ design, scene, loadAverage: 2, at: "2026-11-30T01:00:00.000Z", failure },
});

describe("the page of the comparison", () => {
  it("has a row for each fault and design that was measured, in a fixed order", () => {
    const { head, rows } = faultPage([
      result("seed", "node-off", { lost: 51, publishGapSeconds: 73, fullStrengthSeconds: null }),
      result("redis", "drain"),
      result("ours", "node-off"),
    ]);
    assert.deepEqual(rows, [
      ["drain", "redis", "1", "3000", "0", "0", "0.1", "0.3", "12"],
      ["node-off", "ours", "1", "3000", "0", "0", "0.1", "0.3", "12"],
      ["node-off", "seed", "1", "3000", "51", "0", "73.0", "0.3", "never"],
    ]);
    for (const row of rows) assert.equal(row.length, head.length);
  });

  it("has medians and ranges of several rounds", () => {
    const rounds = [7, 0, 3].map((lost) => result("redis", "partition", { lost }));
    assert.equal(faultPage(rounds).rows[0]?.[4], "3 (0 to 7)");
  });

  it("counts the rounds that have no value", () => {
    assert.equal(spreadOf([4, null, 6, null], 0, "never"), "5 (4 to 6); 2 x never");
    assert.equal(spreadOf([null], 0, "never"), "never");
    assert.equal(spreadOf([], 0, "never"), "-");
  });

  it("gives the reason for a missing figure, and how many rounds have one", () => {
    const { rows, notes } = faultPage([
      result("redis", "drain"),
      failed("redis", "drain", "timed out\nafter 120 s"),
      failed("seed", "drain", "no broker"),
    ]);
    assert.deepEqual(rows[0]?.slice(0, 4), ["drain", "redis", "1 of 2", "3000"]);
    assert.deepEqual(rows[1], ["drain", "seed", "0 of 1", "-", "-", "-", "-", "-", "-"]);
    assert.deepEqual(notes.slice(0, 2), [
      "redis, drain, 2026-11-30T01:00:00.000Z: no figures, because timed out after 120 s",
      "seed, drain, 2026-11-30T01:00:00.000Z: no figures, because no broker",
    ]);
  });

  it("has no figures yet for what failed or did not run", () => {
    const results = [result("redis", "drain"), failed("seed", "drain", "no broker")];
    assert.equal(isMeasured(results, "drain", "redis"), true);
    assert.equal(isMeasured(results, "drain", "seed"), false);
    assert.equal(isMeasured(results, "node-off", "redis"), false);
  });

  it("names the load of the machine", () => {
    const { notes } = faultPage([
      result("ours", "drain", {}, 3),
      result("ours", "drain", {}, 20.25),
      result("seed", "drain", {}, 4),
    ]);
    assert.match(notes.at(-1) ?? "", /Load average .*: 4\.0 \(3\.0 to 20\.3\)/);
    assert.deepEqual(faultPage([]).notes, []);
  });

  it("is made from a file that keeps every result", () => {
    const file = join(mkdtempSync(join(tmpdir(), "compare-")), "results.json");
    const results = [result("ours", "drain"), failed("seed", "drain", "no broker")];
    writeResults(results, file);
    assert.deepEqual(readResults(file), results);
  });
});

describe("the picture of the comparison", () => {
  const svg = picture([
    result("ours", "drain"),
    result("seed", "drain", { lost: 3 }),
    result("seed", "drain", { lost: 51, consumeGapSeconds: 9.31 }),
    failed("redis", "drain", "no broker"),
  ]);

  it("has a red bar for lost tasks, and none for zero", () => {
    const bars = [...svg.matchAll(/width="([\d.]+)" height="12" class="lost"/g)].map(([, width]) =>
      Number(width),
    );
    assert.equal(bars.filter((width) => width > 0).length, 1);
    assert.match(svg, /class="lost-text small strong">51 lost</);
    assert.match(svg, /class="none small strong">0 lost</);
  });

  it("has the median of the longer gap, and names what has no figures", () => {
    assert.match(svg, />4\.8 s</);
    assert.match(svg, />not measured</);
    assert.doesNotMatch(svg, /NaN|undefined|careful/);
  });
});

describe("the page of the throughput", () => {
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
});

describe("a section of a page", () => {
  it("is replaced, and the rest of the page does not change", () => {
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
