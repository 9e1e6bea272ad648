import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeReport } from "../../../../../operate/drill/report";
import { readReports } from "../../../../../operate/drill/report/read";
import { FAILED, NODE_OFF, reportOf } from "../../../../console/drillReports";

describe("reading reports", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "ha-celery-read-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("reads what a drill has written, from its folder or the one above", async () => {
    const { verdict, events, timeline } = NODE_OFF;
    const own = await writeReport(folder, verdict, events, timeline);
    mkdirSync(join(folder, "other"));
    writeFileSync(join(folder, "notes.txt"), "");
    assert.deepEqual(await readReports(own), [reportOf(NODE_OFF)]);
    assert.deepEqual(await readReports(folder), [reportOf(NODE_OFF)]);
  });

  it("sorts several reports, the newest first", async () => {
    const later = { ...FAILED, timeline: { ...FAILED.timeline, loadFrom: FAILED.timeline.loadFrom + 1 } };
    for (const { verdict, events, timeline } of [NODE_OFF, later])
      await writeReport(folder, verdict, events, timeline);
    const runs = (await readReports(folder)).map(({ verdict }) => verdict.run);
    assert.deepEqual(runs, [FAILED.verdict.run, NODE_OFF.verdict.run]);
  });

  it("says what is missing", async () => {
    await assert.rejects(readReports(join(folder, "nowhere")), {
      name: "UsageError",
      message: /nowhere cannot be read: ENOENT.*\. Name a folder of --report\./,
    });
    await assert.rejects(readReports(folder), {
      name: "UsageError",
      message:
        /has no verdict\.json, and neither has a folder in it\. Write a report first: npx ha-celery drill/,
    });
    writeFileSync(join(folder, "verdict.json"), "{");
    writeFileSync(join(folder, "events.json"), "{}");
    await assert.rejects(readReports(folder), {
      name: "UsageError",
      message: /verdict\.json cannot be read: .*JSON.*The report is incomplete/,
    });
  });

  it("keeps rates and gaps instead of tasks", () => {
    const report = reportOf(NODE_OFF);
    const [gap, ...others] = report.gaps.publish;
    assert.ok(gap && gap.until - gap.from > 1.6 && gap.until - gap.from < 1.8, JSON.stringify(gap));
    assert.deepEqual(others, []);
    assert.equal(report.executed.length, 3);
    assert.ok(JSON.stringify(report).length < 60_000);
  });
});
