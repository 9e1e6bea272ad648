import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { picture } from "../../../../bench/compare/picture";
import { faultPage, isMeasured, spreadOf } from "../../../../bench/compare/report";
import { figuresOf, readResults, type Result, writeResults } from "../../../../bench/compare/results";
import { throughputPage } from "../../../../bench/compare/throughput/page";
import { type Rate, readRates, writeRates } from "../../../../bench/compare/throughput/rates";
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
  const [MORE, NO_OP] = ["published tasks/s, 8 producers", "no-op tasks/s, 1 worker"];
  const rate = (design: string, round: number, figures: Partial<Rate>, what = NO_OP): Rate => ({
    ...{ design, what, round: `round ${round}`, loadAverage: 2 },
    ...figures,
  });

  it("has a dash for what only one design can do", () => {
    const { rows } = throughputPage([rate("ours", 1, { perSecond: 1234.5 }, MORE)]);
    assert.deepEqual(rows, [[MORE, "ours", "1", "1235", "-", "-", "-"]]);
  });

  it("has the medians of all rounds, and ratios of figures of the same round", () => {
    const { head, rows } = throughputPage([
      ...[300, 600, 480].map((perSecond, round) => rate("ours", round, { perSecond, cpuPerTask: 2 })),
      ...[200, 800, 400].map((perSecond, round) => rate("seed", round, { perSecond, cpuPerTask: 3 })),
      rate("careful", 1, { perSecond: 150 }),
    ]);
    assert.deepEqual(rows, [
      [NO_OP, "ours", "3", "480 (300 to 600)", "-", "2.00 (2.00 to 2.00)", "-"],
      [NO_OP, "careful", "1", "150", "4.00", "-", "-"],
      [
        NO_OP,
        "seed",
        "3",
        "400 (200 to 800)",
        "1.20 (0.75 to 1.50)",
        "3.00 (3.00 to 3.00)",
        "1.50 (1.50 to 1.50)",
      ],
    ]);
    for (const row of rows) assert.equal(head.length, row.length);
  });

  it("leaves out a round that a design did not finish, and gives the reason", () => {
    const { rows, notes } = throughputPage([
      rate("ours", 1, { perSecond: 300 }),
      rate("ours", 2, { perSecond: 600 }),
      rate("redis", 1, { perSecond: 200 }),
      rate("redis", 2, { failure: "9 tasks are done: not within 300 s" }),
      rate("seed", 2, { failure: `exec failed: ${"no answer ".repeat(50)}` }),
    ]);
    assert.deepEqual(rows[1]?.slice(1, 5), ["redis", "1 of 2", "200", "1.50"]);
    assert.equal(
      notes[0],
      `redis, ${NO_OP}, round of round 2: no figure, because 9 tasks are done: not within 300 s`,
    );
    assert.match(notes[1] ?? "", /because exec failed: no answer.{100,140}…$/);
  });

  it("is made from a file that keeps every figure, and need not exist", () => {
    const file = join(mkdtempSync(join(tmpdir(), "compare-")), "rates.json");
    assert.deepEqual(readRates(file), []);
    const rates = [rate("ours", 1, { perSecond: 300 })];
    writeRates(rates, file);
    assert.deepEqual(readRates(file), rates);
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
