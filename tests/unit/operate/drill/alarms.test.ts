import assert from "node:assert/strict";
import { DISK, endAlarm, MEMORY, raiseAlarm, runOfAlarm } from "../../../../operate/drill/alarms";

describe("an alarm of a drill", () => {
  it("is ended by the broker itself after a time", () => {
    const expression = raiseAlarm(DISK, "disk-alarm-1", 105);
    assert.match(
      expression,
      /register\(ha_celery_drill, spawn\(fun\(\) -> .*timer:sleep\(105000\), .* end\)\)/,
    );
    assert.ok(expression.includes(DISK.restore));
    assert.ok(expression.endsWith(`${DISK.raise}.`), "raised last, when the timer runs");
  });

  it("is ended without leaving the timer, which would end the alarm of the next drill", () => {
    assert.match(endAlarm(DISK, MEMORY), /^case whereis\(ha_celery_drill\) of .*exit\(Former, kill\) end, /);
  });

  it("names its run", () => {
    assert.equal(runOfAlarm('<<"disk-alarm-1">>\n'), "disk-alarm-1");
    assert.equal(runOfAlarm("none\n"), undefined);
  });
});
