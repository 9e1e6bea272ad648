import assert from "node:assert/strict";
import type { Browser } from "playwright-core";
import { openBrowser, show } from "./browser";
import { recordedDrills, snapshotAt } from "./drillRecordings";
import { NODE_OFF } from "./drillReports";
import { type Frame, type Lost, scenesOf, secondsUntil, type Seen } from "./film";
import { recordDrill, stripOf } from "./recordDrill";
import { quiet } from "./recordings";

const WELL: Lost = { broker: false, node: false };
const BROKER: Lost = { broker: true, node: false };
const BOTH: Lost = { broker: true, node: true };
const FAULT_AT = 10_000;

/** One look at the page for each second. The fault is at 10 s. */
const looks = (...live: readonly Lost[]): Seen[] =>
  live.map((lost, second) => ({
    at: 8_000 + 1000 * second,
    ...(second >= 2 && { faultAt: FAULT_AT }),
    ...{ live: lost, overview: WELL, ended: second === live.length - 1 },
  }));
const framesOf = (seen: readonly Seen[]): Frame[] =>
  seen.map((each) => ({ seen: each, png: Buffer.from("") }));
const captions = (seen: readonly Seen[]) => scenesOf(framesOf(seen)).map(({ caption }) => caption);

describe("the film of a drill", () => {
  it("tells after how many seconds the page showed what is gone", () => {
    const seen = looks(WELL, WELL, WELL, WELL, BROKER, BOTH, WELL);
    assert.equal(
      secondsUntil(seen, ({ live }) => live.broker),
      2,
    );
    assert.equal(
      secondsUntil(seen, ({ live }) => live.node),
      3,
    );
    assert.equal(
      secondsUntil(seen, ({ overview }) => overview.node),
      undefined,
    );
  });

  it("consists of the moments that matter, in their order", () => {
    const many = (lost: Lost, seconds: number) => Array.from({ length: seconds }, () => lost);
    const seen = looks(...many(WELL, 3), ...many(BROKER, 20), ...many(BOTH, 5), ...many(WELL, 9));
    assert.deepEqual(captions(seen), [
      "−2 s: before the fault",
      "+1 s: the broker is gone",
      "+15 s: the gap",
      "+21 s: the node is gone",
      "+26 s: all are back",
      "+34 s: the verdict",
    ]);
  });

  it("is shorter if nothing goes, and names a frame of two moments once", () => {
    assert.deepEqual(captions(looks(WELL, WELL, WELL, WELL)), [
      "−2 s: before the fault",
      "+1 s: the verdict",
    ]);
    assert.deepEqual(captions(looks(WELL, WELL, WELL, BOTH, WELL)), [
      "−2 s: before the fault",
      "+1 s: the broker is gone, the node is gone",
      "+2 s: the verdict",
    ]);
  });
});

describe("the recorder of a drill", function () {
  this.timeout(120_000);
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser.close());

  it("starts it through the page, looks until the verdict, and makes one picture", async () => {
    const drills = recordedDrills();
    const shown = await show(browser, quiet(), {}, "", drills.routes);
    let second = 0;
    // The node is lost after 20 s; in this test, a second is shorter.
    const timer = setInterval(() => {
      if (!drills.runner.running.known) return;
      second += 1;
      if (second <= 40) drills.update(snapshotAt(second));
      else drills.end(NODE_OFF);
    }, 150);
    try {
      const { seen, scenes, verdict } = await recordDrill(browser, shown.console.url, "node-off", 60);
      assert.match(verdict, /^node-off passed: .* 0 lost/);
      assert.deepEqual(
        scenes.map(({ caption }) => caption.replace(/^.*: /, "")),
        ["before the fault", "the broker is gone, the node is gone, the gap", "the verdict"],
      );
      assert.ok(secondsUntil(seen, ({ live }) => live.node) !== undefined);
      const picture = await stripOf(browser, scenes);
      assert.equal(picture.subarray(8, 12).toString(), "WEBP");
      assert.ok(picture.length < 300_000, `${picture.length} bytes`);
    } finally {
      clearInterval(timer);
      await shown.close();
    }
  });
});
