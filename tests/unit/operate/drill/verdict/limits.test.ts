import assert from "node:assert/strict";
import { Command } from "commander";
import { limitOptions } from "../../../../../operate/drill/verdict/limitOptions";
import { describeLimits, LIMITS, mergeLimits } from "../../../../../operate/drill/verdict/limits";
import { type Figures, reasonsOf } from "../../../../../operate/drill/verdict/reasons";

const FIGURES: Figures = {
  scene: "drain",
  run: "run",
  confirmed: 100,
  executed: 100,
  lost: 0,
  duplicated: 0,
  deadLettered: 0,
  lostIds: [],
  duplicatedIds: [],
  publishGapSeconds: 1,
  consumeGapSeconds: 1,
  starvedSeconds: 0,
  redeliverySeconds: 1,
  fullStrengthSeconds: 1,
  workerBackSeconds: 1,
  workers: [],
  limits: {},
  more: {},
};

const parsed = (...words: string[]) => {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  for (const option of limitOptions()) command.addOption(option);
  return command.parse(words, { from: "user" }).opts();
};

describe("the limits of a drill", () => {
  const cases: [Partial<Figures>, string][] = [
    [
      { publishGapSeconds: 12.3, limits: { publishGapSeconds: 10 } },
      "publish gap 12.3 s, at most 10 s (--publish-gap)",
    ],
    [
      { consumeGapSeconds: 2, limits: { consumeGapSeconds: 1 } },
      "consume gap 2 s, at most 1 s (--consume-gap)",
    ],
    [
      { consumeGapSeconds: 2, starvedSeconds: 1.5, limits: { consumeGapSeconds: 1 } },
      "consume gap 2 s, at most 1 s (--consume-gap); for 1.5 s of it no task was waiting",
    ],
    [
      { workerBackSeconds: 15.01, limits: { workerBackSeconds: 15 } },
      "worker back 15.01 s, at most 15 s (--worker-back)",
    ],
    [
      { redeliverySeconds: 21, limits: { redeliverySeconds: 20 } },
      "redelivery 21 s, at most 20 s (--redelivery)",
    ],
    [
      { fullStrengthSeconds: 61, limits: { fullStrengthSeconds: 60 } },
      "full strength 61 s, at most 60 s (--full-strength)",
    ],
    [
      { duplicated: 2, duplicatedIds: ["r-1", "r-2"], limits: { duplicated: 1 } },
      "duplicated 2, at most 1 (--duplicated): r-1, r-2",
    ],
    [{ deadLettered: 0, limits: { deadLettered: 1 } }, "dead-lettered 0, exactly 1 (--dead-lettered)"],
    [{ deadLettered: 2, limits: { deadLettered: 1 } }, "dead-lettered 2, exactly 1 (--dead-lettered)"],
    [
      { publishGapSeconds: null, limits: { publishGapSeconds: 1 } },
      "publish gap could not be measured, at most 1 s (--publish-gap)",
    ],
    [
      { consumeGapSeconds: null, limits: { consumeGapSeconds: 1 } },
      "consume gap could not be measured: no unaffected worker finished a task, at most 1 s (--consume-gap)",
    ],
    [
      { workerBackSeconds: null, limits: { workerBackSeconds: 15 } },
      "worker back could not be measured: no worker survived, at most 15 s (--worker-back)",
    ],
    [
      {
        workerBackSeconds: null,
        workers: [{ worker: "celery@w", survived: true, joined: false, executed: 1, backSeconds: null }],
        limits: { workerBackSeconds: 15 },
      },
      "worker back could not be measured: celery@w began no task after the fault, at most 15 s (--worker-back)",
    ],
    [
      { fullStrengthSeconds: null, limits: { fullStrengthSeconds: 60 } },
      "the installation did not return to full strength, within 60 s (--full-strength)",
    ],
  ];
  for (const [figures, reason] of cases)
    it(`says: ${reason}`, () => assert.deepEqual(reasonsOf({ ...FIGURES, ...figures }), [reason]));

  it("hold when a figure equals them, and when no task was interrupted", () => {
    const limits = Object.fromEntries(LIMITS.map(({ key }) => [key, 1]));
    assert.deepEqual(reasonsOf({ ...FIGURES, deadLettered: 1, duplicated: 1, limits }), []);
    assert.deepEqual(
      reasonsOf({ ...FIGURES, redeliverySeconds: null, limits: { redeliverySeconds: 1 } }),
      [],
    );
  });

  it("come from the scene, and from the user's options before it", () => {
    const scene = { publishGapSeconds: 1, consumeGapSeconds: 1, duplicated: "running" as const };
    const options = parsed("--publish-gap", "2.5", "--consume-gap", "none", "--dead-lettered", "3");
    assert.deepEqual(mergeLimits(scene, options), {
      publishGapSeconds: 2.5,
      duplicated: "running",
      deadLettered: 3,
    });
    assert.deepEqual(mergeLimits(scene, { ...parsed(), pool: "other", rate: 3 }), scene);
    assert.deepEqual(mergeLimits({}, parsed("--duplicated", "running", "--redelivery", "0")), {
      redeliverySeconds: 0,
      duplicated: "running",
    });
  });

  for (const [option, value] of [
    ["--publish-gap", "soon"],
    ["--publish-gap", "-1"],
    ["--publish-gap", "running"],
    ["--duplicated", "1.5"],
    ["--duplicated", ""],
  ] as const)
    it(`refuse ${option} "${value}"`, () =>
      assert.throws(() => parsed(`${option}=${value}`), /of at least 0, or "none"/));

  it("are described in words", () =>
    assert.deepEqual(describeLimits({ publishGapSeconds: 10, duplicated: "running", deadLettered: 1 }), [
      "publish gap at most 10 s (--publish-gap)",
      "duplicated at most as many as run at the same time (--duplicated)",
      "dead-lettered exactly 1 (--dead-lettered)",
    ]));
});
