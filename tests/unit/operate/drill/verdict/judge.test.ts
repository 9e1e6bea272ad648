import assert from "node:assert/strict";
import type {
  ConfirmedTask,
  Events,
  FinishedTask,
  StartedTask,
  Timeline,
} from "../../../../../operate/drill/verdict/events";
import { type Evidence, judge } from "../../../../../operate/drill/verdict/judge";
import type { Limits } from "../../../../../operate/drill/verdict/limits";

/** The fault is injected at 100 and undone at 110. The installation is healthy at 115, and the load ends at 120. */
const TIMELINE: Timeline = {
  loadFrom: 90,
  faultAt: 100,
  undoneAt: 110,
  wholeAt: 115,
  loadUntil: 120,
  brokenWorkers: ["broken"],
  events: [],
};

const confirmed = (id: string, at: number): ConfirmedTask => ({ id, at });
const started = (id: string, worker: string, at: number): StartedTask => ({ id, attempt: 1, worker, at });
const finished = (id: string, worker: string, from: number, until: number): FinishedTask => ({
  id,
  attempt: 1,
  worker,
  started: from,
  finished: until,
});

/** Every second from 90 to 120, a task is confirmed and takes half a second on worker "a". */
const EVEN: Events = {
  confirmed: Array.from({ length: 30 }, (_, index) => confirmed(`even-${index}`, 90 + index)),
  started: Array.from({ length: 30 }, (_, index) => started(`even-${index}`, "a", 90 + index)),
  finished: Array.from({ length: 30 }, (_, index) =>
    finished(`even-${index}`, "a", 90 + index, 90.5 + index),
  ),
};

const also = (more: Partial<Events>): Events => ({
  confirmed: [...EVEN.confirmed, ...(more.confirmed ?? [])],
  started: [...EVEN.started, ...(more.started ?? [])],
  finished: [...EVEN.finished, ...(more.finished ?? [])],
});

/** Omits the tasks that are confirmed, or finished, between two times. */
const without = (from: number, until: number, what: "confirmed" | "finished" | "both"): Events => ({
  ...EVEN,
  confirmed:
    what === "finished" ? EVEN.confirmed : EVEN.confirmed.filter(({ at }) => at <= from || at >= until),
  finished:
    what === "confirmed"
      ? EVEN.finished
      : EVEN.finished.filter((each) => each.finished <= from || each.finished >= until),
});

const verdictOf = (events: Events, more: Partial<Evidence> & { limits?: Limits } = {}) =>
  judge({
    scene: { name: "drain", limits: more.limits ?? {} },
    run: "run",
    events,
    timeline: TIMELINE,
    slots: 6,
    deadLettered: 0,
    extraReasons: [],
    more: {},
    ...more,
  });

describe("the verdict of a drill", () => {
  describe("counts", () => {
    it("passes when every confirmed task ran once", () => {
      const verdict = verdictOf(EVEN);
      assert.deepEqual(
        [
          verdict.confirmed,
          verdict.executed,
          verdict.lost,
          verdict.duplicated,
          verdict.passed,
          verdict.reasons,
        ],
        [30, 30, 0, 0, true, []],
      );
    });

    it("counts a confirmed task that never finished as lost, even if it began", () => {
      const verdict = verdictOf(
        also({
          confirmed: [confirmed("lost-1", 101), confirmed("lost-2", 101)],
          started: [started("lost-2", "a", 102)],
        }),
      );
      assert.deepEqual([verdict.lost, verdict.lostIds, verdict.passed], [2, ["lost-1", "lost-2"], false]);
      assert.deepEqual(verdict.reasons, ["2 of 32 confirmed tasks lost, at most 0: lost-1, lost-2"]);
    });

    it("shows five lost ids in the reason, and keeps all in the verdict", () => {
      const ids = ["l1", "l2", "l3", "l4", "l5", "l6", "l7"];
      const verdict = verdictOf(also({ confirmed: ids.map((id) => confirmed(id, 101)) }));
      assert.match(verdict.reasons[0] ?? "", /: l1, l2, l3, l4, l5 and 2 more$/);
      assert.deepEqual(verdict.lostIds, ids);
    });

    it("counts a task without confirm as executed, not as lost", () => {
      const verdict = verdictOf(also({ finished: [finished("extra", "a", 105, 105.1)] }));
      assert.deepEqual([verdict.confirmed, verdict.executed, verdict.lost], [30, 31, 0]);
    });

    it("counts duplicates by id, and counts a repeated record once", () => {
      const again = [
        finished("even-3", "b", 101, 102),
        finished("even-3", "c", 101, 102),
        finished("even-4", "a", 94, 94.5),
      ];
      const verdict = verdictOf(also({ finished: again }));
      assert.deepEqual([verdict.duplicated, verdict.duplicatedIds, verdict.executed], [1, ["even-3"], 30]);
    });

    it("does not count an interrupted execution as a duplicate", () =>
      assert.equal(verdictOf(also({ started: [started("even-3", "broken", 92)] })).duplicated, 0));

    it("fails when nothing was confirmed", () => {
      const verdict = verdictOf({ confirmed: [], started: [], finished: [] });
      assert.deepEqual(verdict.reasons, ["no task was confirmed, so the drill proves nothing"]);
      assert.deepEqual(
        [
          verdict.publishGapSeconds,
          verdict.consumeGapSeconds,
          verdict.starvedSeconds,
          verdict.workerBackSeconds,
        ],
        [null, null, null, null],
      );
    });
  });

  describe("gap in publishing", () => {
    it("is the longest time between two confirms", () =>
      assert.equal(verdictOf(without(102, 107, "confirmed")).publishGapSeconds, 5));
    it("extends to the end of the load", () =>
      assert.equal(verdictOf(without(104, 999, "confirmed")).publishGapSeconds, 16));
    it("counts from 2 s before the fault", () => {
      assert.equal(verdictOf(without(90, 98, "confirmed")).publishGapSeconds, 1);
      assert.equal(verdictOf(without(90, 103, "confirmed")).publishGapSeconds, 5);
    });
    it("is nothing when the load ended before the fault", () =>
      assert.equal(verdictOf(EVEN, { timeline: { ...TIMELINE, loadUntil: 97 } }).publishGapSeconds, null));
  });

  describe("gap in consuming", () => {
    it("is the longest time between two finished tasks, and includes how long no task waited", () => {
      // Published and executed is nothing between the task of 102 (ends 102.5) and that of 107 (ends 107.5).
      const { consumeGapSeconds, starvedSeconds, lost } = verdictOf(without(102.7, 106.9, "both"));
      assert.deepEqual([consumeGapSeconds, starvedSeconds, lost], [5, 4.5, 0]);
    });
    it("is not starved while a task waits", () => {
      const late = EVEN.finished.map((each) =>
        each.started > 102.1 && each.started < 107 ? { ...each, started: 107, finished: 107.4 } : each,
      );
      const { consumeGapSeconds, starvedSeconds } = verdictOf({ ...EVEN, started: [], finished: late });
      assert.deepEqual([consumeGapSeconds, starvedSeconds], [4.9, 0.5]);
    });
    it("does not count what broken workers finish", () => {
      const moved = EVEN.finished.map((each) =>
        each.finished > 103 && each.finished < 109 ? { ...each, worker: "broken" } : each,
      );
      assert.equal(verdictOf({ ...EVEN, finished: moved }).consumeGapSeconds, 7);
    });
    it("ends with the last task, or with the load if tasks were lost", () => {
      const ended = { ...EVEN, confirmed: EVEN.confirmed.slice(0, 15), finished: EVEN.finished.slice(0, 15) };
      assert.equal(verdictOf(ended).consumeGapSeconds, 1);
      const { consumeGapSeconds, lost } = verdictOf({ ...ended, confirmed: EVEN.confirmed.slice(0, 16) });
      assert.deepEqual([consumeGapSeconds, lost], [15.5, 1]);
    });
    it("is nothing when every worker broke", () =>
      assert.equal(
        verdictOf(EVEN, { timeline: { ...TIMELINE, brokenWorkers: ["a"] } }).consumeGapSeconds,
        null,
      ));
  });

  describe("redelivery", () => {
    const cutOff = (id: string, at: number, again: number) => ({
      confirmed: [confirmed(id, at - 1)],
      started: [started(id, "broken", at), started(id, "a", again)],
      finished: [finished(id, "a", again, again + 0.1)],
    });
    it("is the longest time from the fault to a second begin", () => {
      const [one, other] = [cutOff("one", 99, 108), cutOff("other", 100.2, 112.25)];
      const both = also({
        confirmed: [...one.confirmed, ...other.confirmed],
        started: [...one.started, ...other.started],
        finished: [...one.finished, ...other.finished],
      });
      assert.equal(verdictOf(both).redeliverySeconds, 12.25);
    });
    it("counts a process that was killed in a surviving worker", () => {
      const events = also({
        started: [started("killed", "a", 99.9), started("killed", "a", 103)],
        finished: [finished("killed", "a", 103, 103.1)],
      });
      assert.equal(verdictOf(events).redeliverySeconds, 3);
    });
    it("is null if the fault interrupted no task", () => {
      assert.equal(verdictOf(EVEN).redeliverySeconds, null);
      assert.equal(verdictOf(also(cutOff("before", 92, 95))).redeliverySeconds, null);
    });
    it("ignores a task that never began again, which is lost", () => {
      const verdict = verdictOf(
        also({ confirmed: [confirmed("gone", 98)], started: [started("gone", "broken", 99)] }),
      );
      assert.deepEqual([verdict.redeliverySeconds, verdict.lostIds], [null, ["gone"]]);
    });
  });

  describe("workers", () => {
    const backOf = (...work: [number, number][]) => {
      const events = also({
        started: [started("first", "b", 91)],
        finished: [
          finished("first", "b", 91, 92),
          ...work.map(([from, until], index) => finished(`b-${index}`, "b", from, until)),
        ],
      });
      return verdictOf(events).workers.find(({ worker }) => worker === "b")?.backSeconds;
    };
    it("are back when they finish the first task that they began after the fault", () =>
      assert.equal(backOf([99, 108], [108, 109.5], [109.6, 119]), 9.5));
    it("are not back if they stop after the tasks that they had prefetched", () =>
      assert.equal(backOf([100.1, 100.2], [108.2, 108.3], [108.4, 119.4]), 8));
    it("count until the end of the work if they stay idle", () => assert.equal(backOf([100, 101]), 18.5));
    it("are never back without a task after the fault", () => assert.equal(backOf(), null));
    it("survive, break, or join", () => {
      const events = also({
        started: [started("x", "broken", 95), started("y", "late", 104)],
        finished: [finished("x", "broken", 95, 96), finished("y", "late", 104, 105)],
      });
      assert.deepEqual(
        verdictOf(events).workers.map(({ worker, survived, joined, executed }) => [
          worker,
          survived,
          joined,
          executed,
        ]),
        [
          ["a", true, false, 30],
          ["broken", false, false, 1],
          ["late", false, true, 1],
        ],
      );
    });
    it("determine the verdict by the slowest one", () => {
      const slow = also({
        finished: [
          finished("f", "b", 91, 92),
          finished("g", "b", 106, 112.5),
          finished("h", "b", 113, 119.5),
        ],
      });
      assert.equal(verdictOf(slow).workerBackSeconds, 12.5);
    });
  });

  describe("full strength", () => {
    const strength = (wholeAt: number | undefined) => verdictOf(EVEN, { timeline: { ...TIMELINE, wholeAt } });
    it("counts from undoing the fault", () => assert.equal(strength(115).fullStrengthSeconds, 5));
    it("is 0 if it was reached before", () => assert.equal(strength(109).fullStrengthSeconds, 0));
    it("fails the drill if it is not reached, even without a limit", () => {
      const verdict = strength(undefined);
      assert.deepEqual([verdict.fullStrengthSeconds, verdict.passed], [null, false]);
      assert.deepEqual(verdict.reasons, ["the installation did not return to full strength"]);
    });
  });

  it("includes the reasons of the scene", () => {
    const verdict = verdictOf(EVEN, { extraReasons: ["the queue has 2 members"], more: { leaders: 2 } });
    assert.deepEqual(
      [verdict.passed, verdict.reasons, verdict.more],
      [false, ["the queue has 2 members"], { leaders: 2 }],
    );
  });
});
