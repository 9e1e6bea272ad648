import assert from "node:assert/strict";
import { isInBlackout, isTimeZone, parseBlackout } from "../../../../components/scheduledDrills/blackout";

/** Whether a local time of Berlin, which is two hours ahead of UTC in summer and one in winter, is in the window. */
function isIn(text: string, utc: string): boolean {
  const window = parseBlackout(text);
  assert.ok(window, text);
  return isInBlackout(window, new Date(`${utc}Z`), "Europe/Berlin");
}

describe("a blackout window", () => {
  it("has hours of days, by the clock of the time zone, in summer and in winter", () => {
    // 2026-07-03 is a Friday.
    const window = "MO-FR 08:00-18:00";
    assert.equal(isIn(window, "2026-07-03T05:59:59"), false);
    assert.equal(isIn(window, "2026-07-03T06:00:00"), true);
    assert.equal(isIn(window, "2026-07-03T15:59:59"), true);
    assert.equal(isIn(window, "2026-07-03T16:00:00"), false);
    assert.equal(isIn(window, "2026-07-04T10:00:00"), false, "Saturday");
    assert.equal(isIn(window, "2026-12-04T06:30:00"), false);
    assert.equal(isIn(window, "2026-12-04T07:00:00"), true);
  });

  it("ends on the next day if its end is not after its start, and belongs to the day on which it begins", () => {
    const window = "FR 22:00-06:00";
    assert.equal(isIn(window, "2026-07-03T19:59:00"), false);
    assert.equal(isIn(window, "2026-07-03T20:00:00"), true);
    assert.equal(isIn(window, "2026-07-04T03:59:00"), true, "Saturday morning");
    assert.equal(isIn(window, "2026-07-04T04:00:00"), false);
    assert.equal(isIn(window, "2026-07-03T01:00:00"), false, "Friday morning");
    assert.equal(isIn(window, "2026-07-04T21:00:00"), false, "Saturday evening");
  });

  it("ends at midnight with 24:00, and lasts a day from an hour to the same", () => {
    assert.equal(isIn("20:00-24:00", "2026-07-03T21:59:00"), true);
    assert.equal(isIn("20:00-24:00", "2026-07-03T22:00:00"), false);
    assert.equal(isIn("SU 06:00-06:00", "2026-07-06T03:59:00"), true, "Monday morning");
    assert.equal(isIn("SU 06:00-06:00", "2026-07-06T04:00:00"), false);
  });

  it("has dates, both included, alone and together with days and hours", () => {
    const holidays = "2026-12-18..2027-01-07";
    assert.equal(isIn(holidays, "2026-12-17T22:59:00"), false);
    assert.equal(isIn(holidays, "2026-12-17T23:00:00"), true);
    assert.equal(isIn(holidays, "2027-01-07T22:59:00"), true);
    assert.equal(isIn(holidays, "2027-01-07T23:00:00"), false);
    assert.equal(isIn("SA,SU 2026-12-18..2027-01-07", "2026-12-18T12:00:00"), false, "Friday");
    assert.equal(isIn("SA,SU 00:00-12:00 2026-12-18..2027-01-07", "2026-12-19T10:00:00"), true);
    assert.equal(isIn("SA,SU 00:00-12:00 2026-12-18..2027-01-07", "2026-12-19T11:00:00"), false);
  });

  it("has lists and ranges of days, also around the end of the week", () => {
    assert.deepEqual(parseBlackout("MO,WE-FR")?.days, ["MO", "WE", "TH", "FR"]);
    assert.deepEqual(parseBlackout("FR-MO")?.days, ["FR", "SA", "SU", "MO"]);
    assert.deepEqual(parseBlackout("SU")?.days, ["SU"]);
  });

  for (const text of [
    "",
    "weekends",
    "MO -FR",
    "08:00",
    "8:00-18:00",
    "25:00-26:00",
    "24:00-06:00",
    "08:00-18:60",
    "2026-12-18",
    "2026-02-30..2026-03-02",
    "2026-13-01..2027-01-01",
    "2027-01-07..2026-12-18",
    "08:00-18:00 MO",
    "MO-FR  08:00-18:00",
    " MO",
    "MO ",
  ])
    it(`is not ${JSON.stringify(text)}`, () => assert.equal(parseBlackout(text), undefined));
});

describe("a time zone", () => {
  it("is one that a CronJob knows, too", () => {
    for (const name of ["Europe/Berlin", "Etc/UTC", "UTC"]) assert.ok(isTimeZone(name), name);
    for (const name of ["Mars/Olympus", "+02:00", "europe", ""]) assert.ok(!isTimeZone(name), name);
  });
});
