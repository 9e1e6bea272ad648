import assert from "node:assert/strict";
import { checkSelection } from "../../../../operate/cli/deadLetterOptions";
import { durationOption } from "../../../../operate/cli/durationOption";
import type { DeadLetter } from "../../../../operate/deadLetters/letter";
import { isSelected, type Selection } from "../../../../operate/deadLetters/selection";

const NOW = 10_000_000;
const LETTER: DeadLetter = {
  id: "7a1f",
  task: "orders.send",
  queue: "mail",
  reason: "rejected",
  diedAt: NOW - 60_000,
  deaths: 1,
  replays: 0,
  bytes: 1,
};

describe("the selection of dead letters", () => {
  const CASES: [Selection, boolean][] = [
    [{}, true],
    [{ id: "7a1f", task: "orders.send", queue: "mail", reason: "rejected" }, true],
    [{ id: "7a1e" }, false],
    [{ task: "orders" }, false],
    [{ task: "orders.send", queue: "eu.mail" }, false],
    [{ reason: "expired" }, false],
    [{ olderThan: 59 }, true],
    [{ olderThan: 60 }, false],
    [{ newerThan: 61 }, true],
    [{ newerThan: 60 }, false],
    [{ olderThan: 59, newerThan: 61 }, true],
  ];
  for (const [selection, selected] of CASES)
    it(`${JSON.stringify(selection)} ${selected ? "takes" : "leaves"} one that died a minute ago`, () =>
      assert.equal(isSelected(LETTER, selection, NOW), selected));

  it("by age leaves one whose age is unknown", () => {
    const letter = { ...LETTER, diedAt: undefined };
    assert.equal(isSelected(letter, { olderThan: 0 }, NOW), false);
    assert.equal(isSelected(letter, { newerThan: 1e9 }, NOW), false);
    assert.equal(isSelected(letter, {}, NOW), true);
  });

  it("is required where letters change, and is not all at once", () => {
    checkSelection("replay", {}, "7a1f");
    checkSelection("replay", { olderThan: 0 });
    checkSelection("purge", { all: true });
    assert.throws(() => checkSelection("purge", {}), {
      name: "UsageError",
      message:
        "Say which dead letters to purge: --task, --queue, --reason, --older-than, --newer-than, or --all.",
    });
    assert.throws(() => checkSelection("replay", { all: true, task: "t" }), /exclude each other/);
  });
});

describe("a duration", () => {
  const DURATIONS: [string, number][] = [
    ["90s", 90],
    ["15min", 900],
    ["1.5h", 5_400],
    ["7d", 604_800],
  ];
  for (const [text, seconds] of DURATIONS)
    it(`of ${text}`, () => assert.equal(durationOption(text), seconds));

  for (const text of ["90", "h", "2 weeks", "-1h", ""])
    it(`is not "${text}"`, () => assert.throws(() => durationOption(text), /such as 90s, 15min, 2h, or 7d/));
});
