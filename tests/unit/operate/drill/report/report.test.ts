import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { colorsFor } from "../../../../../operate/colors";
import { markdown } from "../../../../../operate/drill/report/markdown";
import { summaryTable, verdictTable, writeReport } from "../../../../../operate/drill/report";
import { TIMELINE, VERDICT } from "./failedDrain";
import { judge } from "../../../../../operate/drill/verdict/judge";
import type { Events, Timeline } from "../../../../../operate/drill/verdict/events";

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
