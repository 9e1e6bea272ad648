import assert from "node:assert/strict";
import { junit } from "../../../../../operate/drill/report";
import { TIMELINE, VERDICT } from "./failedDrain";

describe("a JUnit file", () => {
  it("has a test case for each drill, with why it failed", () => {
    const passed = { ...VERDICT, scene: "node-off", run: "node-off-1", passed: true, reasons: [] };
    const outcomes = [
      { verdict: VERDICT, timeline: TIMELINE },
      { verdict: passed, timeline: TIMELINE },
      { scene: "freeze", error: '\u001b[31mmq-0 <is> not "ready" & waits\u001b[0m' },
    ];
    assert.equal(
      junit(outcomes),
      `<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="ha-celery drill" tests="3" failures="1" errors="1">
  <testcase classname="ha-celery drill" name="drain" time="30.0">
    <failure message="publish gap 1.25 s, at most 1 s (--publish-gap)"/>
    <system-out>drain-1: 1234 tasks confirmed, 0 lost, 1 duplicated</system-out>
  </testcase>
  <testcase classname="ha-celery drill" name="node-off" time="30.0">
    <system-out>node-off-1: 1234 tasks confirmed, 0 lost, 1 duplicated</system-out>
  </testcase>
  <testcase classname="ha-celery drill" name="freeze" time="0">
    <error message="[31mmq-0 &lt;is&gt; not &quot;ready&quot; &amp; waits[0m"/>
  </testcase>
</testsuite>
`,
    );
  });
});
