import type { Timeline } from "../../../../../operate/drill/verdict/events";
import type { Verdict } from "../../../../../operate/drill/verdict/verdict";

export const TIMELINE: Timeline = {
  loadFrom: 1_700_000_000,
  faultAt: 1_700_000_010,
  undoneAt: 1_700_000_020,
  wholeAt: 1_700_000_024,
  loadUntil: 1_700_000_030,
  brokenWorkers: [],
  events: [{ at: 1_700_000_010, text: "fault: drain | of celery-broker-1" }],
};

export const VERDICT: Verdict = {
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
