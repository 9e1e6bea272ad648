import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { colorsFor } from "../../../../../operate/colors";
import { markdown } from "../../../../../operate/drill/report/markdown";
import { summaryTable, verdictTable, writeReport } from "../../../../../operate/drill/report";
import { judge } from "../../../../../operate/drill/verdict/judge";
import type { Events, Timeline } from "../../../../../operate/drill/verdict/events";
import type { Verdict } from "../../../../../operate/drill/verdict/verdict";

const TIMELINE: Timeline = {
  loadFrom: 1_700_000_000,
  faultAt: 1_700_000_010,
  undoneAt: 1_700_000_020,
  wholeAt: 1_700_000_024,
  loadUntil: 1_700_000_030,
  brokenWorkers: [],
  events: [{ at: 1_700_000_010, text: "fault: drain | of celery-broker-1" }],
};

const VERDICT: Verdict = {
  scene: "drain",
  run: "drain-1",
  passed: false,
  reasons: ["publish gap 1.25 s, at most 1 s (--publish-gap)"],
  confirmed: 1234,
  executed: 1235,
  lost: 0,
  duplicated: 1,
  deadLettered: 0,
  lostIds: [],
  duplicatedIds: ["drain-1-000007"],
  publishGapSeconds: 1.25,
  consumeGapSeconds: 0.4,
  starvedSeconds: 0.3,
  redeliverySeconds: null,
  fullStrengthSeconds: 4,
  workerBackSeconds: 0.6,
  workers: [
    { worker: "celery@w-a", survived: true, joined: false, executed: 1000, backSeconds: 0.6 },
    { worker: "celery@w-b", survived: false, joined: false, executed: 135, backSeconds: null },
    { worker: "celery@w-c", survived: false, joined: true, executed: 101, backSeconds: null },
  ],
  limits: { publishGapSeconds: 1, consumeGapSeconds: 1, duplicated: 6 },
  more: { evicted: 2 },
};

const PLAIN = colorsFor({ isTTY: false }, {});

const golden = (name: string) => readFileSync(join("tests/unit/goldens/drill", name), "utf8");

describe("the report of a drill", () => {
  it("is a table without escape codes where there are no colors", () =>
    assert.equal(`${verdictTable(VERDICT, PLAIN)}\n`, golden("verdict.txt")));

  it("summarizes several drills, and marks every exceeded limit", () => {
    const other = { ...VERDICT, scene: "broker-kill", passed: true, reasons: [], publishGapSeconds: 0.5 };
    assert.equal(`${summaryTable([VERDICT, other], PLAIN)}\n`, golden("summary.txt"));
  });

  it("is Markdown", () => assert.equal(markdown(VERDICT, TIMELINE), golden("report.md")));

  it("lists at most 50 ids, and refers to the file with the others", () => {
    const lostIds = Array.from({ length: 53 }, (_, index) => `lost-${index}`);
    const text = markdown({ ...VERDICT, lost: 53, lostIds }, TIMELINE);
    assert.match(text, /## Lost\n\n`lost-0`, .*`lost-49` and 3 more\. verdict\.json lists them all\.\n/);
    assert.doesNotMatch(text, /lost-50/);
  });

  describe("in files", () => {
    const folder = mkdtempSync(join(tmpdir(), "ha-celery-report-"));
    after(() => rmSync(folder, { recursive: true }));

    it("can be judged again to the same verdict", async () => {
      const events: Events = {
        confirmed: [{ id: "drain-1-0", at: 1_700_000_011 }],
        started: [],
        finished: [
          {
            id: "drain-1-0",
            attempt: 1,
            worker: "celery@w",
            started: 1_700_000_011,
            finished: 1_700_000_012,
          },
        ],
      };
      const verdict = judge({
        scene: { name: "drain", limits: { duplicated: "running" } },
        run: "drain-1",
        events,
        timeline: TIMELINE,
        slots: 2,
        deadLettered: 0,
        extraReasons: [],
        more: {},
      });
      const own = await writeReport(folder, verdict, events, TIMELINE);
      assert.equal(own, join(folder, "drain-1"));
      assert.deepEqual(readdirSync(own).sort(), ["events.json", "report.md", "timeline.svg", "verdict.json"]);
      const { timeline, ...kept } = JSON.parse(readFileSync(join(own, "events.json"), "utf8")) as Events & {
        timeline: Timeline;
      };
      assert.deepEqual([kept, timeline], [events, TIMELINE]);
      assert.deepEqual(JSON.parse(readFileSync(join(own, "verdict.json"), "utf8")), verdict);
      assert.equal(verdict.limits.duplicated, 2);
    });
  });
});
