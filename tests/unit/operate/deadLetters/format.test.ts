import assert from "node:assert/strict";
import {
  describeLetter,
  formatGroups,
  formatLetters,
  formatReplayed,
  groupLetters,
} from "../../../../operate/deadLetters/format";
import type { DeadLetter } from "../../../../operate/deadLetters/letter";
import { deadLetter, death } from "./message";

const LETTER: DeadLetter = {
  id: "7a1f",
  task: "orders.send",
  args: "(1,)",
  kwargs: "{}",
  queue: "mail",
  reason: "rejected",
  diedAt: Date.parse("2026-11-29T12:34:56.789Z"),
  deaths: 1,
  replays: 0,
  bytes: 10,
};

describe("dead letters as text", () => {
  it("are a table with shortened arguments", () => {
    const long = { ...LETTER, args: `('${"x".repeat(90)}',)`, replays: 2, deaths: 3 };
    const text = formatLetters([LETTER, long, { deaths: 0, replays: 0, bytes: 0 }]);
    assert.match(text, /│ 7a1f │ orders.send │ \(1,\) +│ rejected │ mail +│ 2026-11-29 12:34:56 │ 1 +│/);
    assert.match(text, /│ \('x{37}… │ rejected │ mail +│ 2026-11-29 12:34:56 │ 3, replayed 2 │/);
    assert.match(text, /│ none │ unknown +│ +│ unknown +│ unknown │ unknown +│ 0 +│/);
  });

  it("are counted by task, queue, and reason, the most frequent first", () => {
    const later = { ...LETTER, diedAt: (LETTER.diedAt ?? 0) + 60_000 };
    const groups = groupLetters([{ ...LETTER, reason: "expired", diedAt: undefined }, LETTER, later]);
    assert.deepEqual(
      groups.map(({ count, reason, first, last }) => [count, reason, first, last]),
      [
        [2, "rejected", LETTER.diedAt, later.diedAt],
        [1, "expired", undefined, undefined],
      ],
    );
    assert.match(
      formatGroups(groups),
      /│ 2 +│ orders.send │ rejected │ mail +│ 2026-11-29 12:34:56 +│ 2026-11-29 12:35:56 │/,
    );
  });

  it("are shown with their body as JSON, or in base64", () => {
    const headers = { id: "7a1f", task: "orders.send", "x-death": [death("mail", "rejected", 0)] };
    const shown = describeLetter(deadLetter(headers, { priority: 3 })) as Record<string, unknown>;
    assert.deepEqual(
      [shown.id, shown.diedAt, shown.body, shown.properties, shown.headers],
      [
        "7a1f",
        "1970-01-01T00:00:00.000Z",
        [[1], {}, {}],
        { contentType: "application/json", priority: 3 },
        headers,
      ],
    );
    const { body } = describeLetter(deadLetter({}, { content: "{" })) as { body: unknown };
    assert.deepEqual(body, { base64: "ew==" });
  });
});

describe("the result of a replay", () => {
  it("lists what stays and why, up to a number", () => {
    const kept = Array.from({ length: 23 }, (_, at) => ({
      letter: { ...LETTER, id: `id-${at}` },
      why: "it expired",
    }));
    const lines = formatReplayed({ replayed: [LETTER], kept, others: 5 }, false).split("\n");
    assert.equal(lines.length, 22);
    assert.equal(lines[0], "stays: orders.send[id-0]: it expired");
    assert.deepEqual(lines.slice(-2), [
      "stays: 3 more for such reasons; --json lists all",
      "replayed 1 of 24 selected dead letters, 5 were not selected",
    ]);
    assert.match(formatReplayed({ replayed: [LETTER], kept: [], others: 0 }, true), /^would replay 1 of 1/);
  });
});
