import assert from "node:assert/strict";
import { replayOptions } from "../../../../operate/deadLetters/publish";
import { hasPassed } from "../../../../operate/deadLetters/replay";
import { deadLetter, death } from "./message";

const RABBIT = {
  "x-death": [death("mail", "rejected", 1)],
  "x-first-death-exchange": "",
  "x-first-death-queue": "mail",
  "x-first-death-reason": "rejected",
  "x-last-death-exchange": "",
  "x-last-death-queue": "mail",
  "x-last-death-reason": "rejected",
  "x-delivery-count": 21,
  "x-acquired-count": 3,
  CC: ["audit"],
  BCC: ["audit"],
};
const CELERY = {
  id: "7a1f",
  task: "orders.send",
  timelimit: [null, null],
  expires: "2026-01-01",
  "x-tenant": "shop",
};

describe("the copy that a replay publishes", () => {
  it("has the headers and properties of the task, without those of RabbitMQ", () => {
    const message = deadLetter(
      { ...CELERY, ...RABBIT },
      {
        correlationId: "7a1f",
        priority: 4,
        deliveryMode: 2,
        replyTo: "r",
        contentEncoding: "utf-8",
        userId: "celery",
        expiration: "1",
      },
    );
    const { headers, ...properties } = replayOptions(message, { run: "r-1" });
    assert.deepEqual(headers, { ...CELERY, "ha-celery-replay": "r-1", "ha-celery-replays": 1 });
    assert.deepEqual(
      Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined)),
      {
        contentType: "application/json",
        contentEncoding: "utf-8",
        correlationId: "7a1f",
        deliveryMode: 2,
        priority: 4,
        replyTo: "r",
      },
    );
  });

  it("counts the replays before, and forgets when it expires if the user says so", () => {
    const message = deadLetter({ ...CELERY, "ha-celery-replay": "r-1", "ha-celery-replays": 1 });
    const { headers } = replayOptions(message, { run: "r-2", ignoreExpires: true }) as {
      headers: Record<string, unknown>;
    };
    assert.deepEqual(
      [headers["ha-celery-replay"], headers["ha-celery-replays"], headers.expires],
      ["r-2", 2, null],
    );
  });
});

describe("the time at which a task expires", () => {
  const now = Date.parse("2026-11-29T12:00:00Z");
  const TIMES: [string, boolean][] = [
    ["2026-11-29T11:59:59.123456+00:00", true],
    ["2026-11-29T12:00:01+00:00", false],
    ["2026-11-29T12:30:00+01:00", true],
    ["2026-11-29T11:30:00", true],
    ["2026-11-29T12:30:00", false],
    ["2026-11-29T12:30:00Z", false],
  ];
  for (const [time, passed] of TIMES)
    it(`${time} has ${passed ? "" : "not "}passed at noon`, () => assert.equal(hasPassed(time, now), passed));
});
