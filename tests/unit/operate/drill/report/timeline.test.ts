import assert from "node:assert/strict";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { type Mark, placeLabels } from "../../../../../operate/drill/report/labels";
import { binWidth, ratesOf } from "../../../../../operate/drill/report/rates";
import { drawTimeline } from "../../../../../operate/drill/report/timeline";
import { judge } from "../../../../../operate/drill/verdict/judge";
import type { Timeline } from "../../../../../operate/drill/verdict/events";
import { BEGIN, madeUp, workersOf } from "./syntheticRun";

const [ONE = "", TWO = "", THREE = ""] = workersOf("one", "two", "three");

function draw(timeline: Partial<Timeline> = {}): string {
  const run = madeUp({
    seconds: 60,
    rate: 20,
    workers: [ONE, TWO, THREE],
    publishHoles: [[10.2, 18.2]],
    workerHoles: { [ONE]: [[10.5, 19]], [TWO]: [[10, 999]], [THREE]: [[10.5, 19]] },
    timeline: {
      undoneAt: BEGIN + 25,
      wholeAt: BEGIN + 40,
      brokenWorkers: [TWO],
      events: [
        { at: BEGIN, text: "load begins" },
        { at: BEGIN + 10.1, text: "fault: node-off" },
        { at: BEGIN + 11, text: 'link of "a" & <b> cut\u0000' },
      ],
      ...timeline,
    },
  });
  const verdict = judge({
    scene: { name: "node-off", limits: {} },
    run: "run",
    ...run,
    slots: 6,
    deadLettered: 0,
    extraReasons: [],
    more: {},
  });
  return drawTimeline(verdict, run.events, run.timeline);
}

const textsOf = (svg: string): string[] =>
  [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text = ""]) => text);

describe("the timeline of a drill", () => {
  it("is well-formed for any event text, and refers to no external resources", () => {
    const svg = draw();
    assert.equal(XMLValidator.validate(svg), true);
    const parsed = new XMLParser({ ignoreAttributes: false }).parse(svg) as Record<
      string,
      Record<string, string>
    >;
    assert.equal(parsed.svg?.title, "node-off passed: 1,041 tasks confirmed, 0 lost, 0 duplicated");
    assert.doesNotMatch(svg.replace("http://www.w3.org/2000/svg", ""), /https?:|<script|@import|url\(/);
    assert.doesNotMatch(svg, /NaN|undefined|Infinity/);
  });

  it("marks the fault, its undoing, the recovery, and the other events once", () => {
    const texts = textsOf(draw());
    for (const mark of [
      "fault: node-off",
      "undone",
      "recovered",
      "link of &quot;a&quot; &amp; &lt;b&gt; cut\ufffd",
    ])
      assert.equal(texts.filter((text) => text === mark).length, 1, mark);
    assert.ok(!texts.includes("fault") && !texts.includes("load begins"));
  });

  it("has a lane for each worker, and marks the broken one", () => {
    const svg = draw();
    const texts = textsOf(svg);
    assert.deepEqual(texts.filter((text) => ["one", "two", "three"].includes(text)).sort(), [
      "one",
      "three",
      "two",
    ]);
    assert.equal(svg.match(/class="area worker"/g)?.length, 3);
    // In the lane, and beside it.
    assert.equal(texts.filter((text) => text === "broken").length, 2);
    assert.equal(svg.match(/class="cross"/g)?.length, 1);
  });

  it("shows the gaps in seconds", () => {
    const texts = new Set(textsOf(draw()).filter((text) => text.startsWith("gap ")));
    assert.deepEqual([...texts], ["gap 8.0 s", "gap 8.8 s"]);
  });

  it("can be drawn when the installation did not recover", () => {
    const svg = draw({ wholeAt: undefined });
    assert.equal(XMLValidator.validate(svg), true);
    assert.ok(textsOf(svg).includes("the installation did not return to full strength"));
    assert.ok(!textsOf(svg).includes("recovered"));
  });

  it("places labels so that none covers another and no line crosses one", () => {
    const marks: Mark[] = Array.from({ length: 14 }, (_, index) => ({
      x: 100 + ((index * 37) % 400),
      text: "x".repeat(10 + index),
      kind: "",
    }));
    const width = (text: string) => text.length * 7;
    const placed = placeLabels(marks, 10_000, width);
    assert.equal(placed.length, 14);
    for (const one of placed)
      for (const other of placed.filter((each) => each !== one)) {
        const within = other.x > one.x && other.x < one.x + width(one.text);
        assert.ok(!within || other.row > one.row, `${one.text} at ${one.x} and ${other.text} at ${other.x}`);
      }
  });

  it("puts a label to the left if there is no room to the right", () =>
    assert.deepEqual(
      placeLabels([{ x: 95, text: "recovered", kind: "" }], 100, () => 30).map(({ left, row }) => [
        left,
        row,
      ]),
      [[true, 0]],
    ));

  it("counts tasks per second in bins", () => {
    assert.deepEqual(
      ratesOf([0, 0.1, 0.6, 1.2, 7], 1.25, 0.5).map(({ from, perSecond }) => [from, perSecond]),
      [
        [0, 4],
        [0.5, 2],
        [1, 4],
        [1.25, 0],
      ],
    );
    const many = 1_000_000;
    assert.deepEqual(
      [20, 60, 90, 300, 100_000].map((seconds) => binWidth(seconds, many)),
      [0.1, 0.5, 0.5, 2, 500],
    );
    // Three tasks to a bin on average, at least twenty bins.
    assert.deepEqual([binWidth(60, 90), binWidth(60, 5)], [2, 5]);
  });
});
