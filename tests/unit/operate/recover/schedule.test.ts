import assert from "node:assert/strict";
import { mock } from "node:test";
import { type Step, StepKind } from "../../../../operate/recover/plan";
import { Schedule } from "../../../../operate/recover/schedule";

const step = (kind: StepKind, target: string): Step => ({ kind, target, why: "", needs: [], about: {} });

describe("the schedule of a recovery", () => {
  beforeEach(() => mock.timers.enable({ apis: ["Date"], now: 1_000_000 }));
  afterEach(() => mock.timers.reset());

  it("repeats a step only after 30 s, and lists it once", () => {
    const schedule = new Schedule();
    const taint = step(StepKind.Taint, "node-1");
    assert.ok(schedule.isDue(taint));
    schedule.record(taint);
    mock.timers.tick(30_000);
    assert.ok(!schedule.isDue(taint));
    assert.ok(schedule.isDue(step(StepKind.Taint, "node-2")));
    mock.timers.tick(1);
    assert.ok(schedule.isDue(taint));
    schedule.record(taint);
    assert.deepEqual(schedule.done, [taint]);
  });

  it("gives RabbitMQ 45 s to grow queues by itself", () => {
    const schedule = new Schedule();
    const grow = step(StepKind.Grow, "rabbit@mq-2");
    assert.ok(!schedule.isDue(grow));
    mock.timers.tick(44_999);
    assert.ok(!schedule.isDue(grow));
    mock.timers.tick(1);
    assert.ok(schedule.isDue(grow));
  });
});
