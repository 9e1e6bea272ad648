import assert from "node:assert/strict";
import { letterQueries, letterWrites, type UseLetters } from "../../../../operate/console/deadLetters";
import type { LetterDetail, Listing } from "../../../../operate/console/letters";
import type { Body, Outcome } from "../../../../operate/console/routes";
import { readLetter } from "../../../../operate/deadLetters/letter";
import type { Selection } from "../../../../operate/deadLetters/selection";
import { letter, LetterBroker, type LetterFacts } from "../../../console/letterBroker";

const NOW = Date.now();

const facts = (id: string, others: Partial<LetterFacts> = {}): LetterFacts => ({
  ...{ id, task: "shop.mail", queue: "mail", reason: "rejected", diedAt: NOW - 60_000 },
  ...others,
});

describe("dead letters of the console", () => {
  let broker: LetterBroker;
  let isProtected: boolean;
  beforeEach(() => {
    isProtected = false;
    broker = new LetterBroker(
      [
        letter(facts("a")),
        letter(facts("b", { task: "shop.bill", reason: "expired", expires: "2020-01-01T00:00:00" })),
        letter(facts("c", { diedAt: NOW - 7_200_000 })),
        letter(facts("d", { queue: "gone" })),
      ],
      ["mail"],
    );
  });

  const letters: UseLetters = (use) =>
    use(broker.session(), { namespace: "shop", name: "mq", protected: isProtected });
  const list = (selection?: Selection) =>
    letterQueries(letters)["dead-letters"]?.(
      new URLSearchParams(selection && { selection: JSON.stringify(selection) }),
    ) as Promise<Listing>;
  const change = async (action: "replay" | "purge", body: Body, allowProtected = false): Promise<Outcome> =>
    (
      (await letterWrites(letters, { context: "prod", allowProtected })[`dead-letters/${action}`]?.(body)) ??
      assert.fail()
    ).run();
  const ids = (queue = "dead-letters") => broker.queues.get(queue)?.map((each) => readLetter(each).id);
  const requestFor = async (selection: Selection = {}): Promise<Body> => {
    const { at, seen, selected } = await list(selection);
    return { at, seen, count: selected, selection };
  };

  it("are listed with their groups, and stay in their order", async () => {
    const { total, selected, groups, letters: listed } = await list();
    assert.deepEqual([total, selected, listed.map(({ id }) => id)], [4, 4, ["a", "b", "c", "d"]]);
    assert.deepEqual(
      groups.map(({ task, reason, queue, count }) => [task, reason, queue, count]),
      [
        ["shop.mail", "rejected", "mail", 2],
        ["shop.bill", "expired", "mail", 1],
        ["shop.mail", "rejected", "gone", 1],
      ],
    );
    assert.deepEqual(ids(), ["a", "b", "c", "d"]);
    const old = await list({ task: "shop.mail", olderThan: 3600 });
    assert.deepEqual([old.total, old.letters.map(({ id }) => id)], [4, ["c"]]);
  });

  it("are shown with everything that they contain", async () => {
    const query = letterQueries(letters)["dead-letter"];
    const shown = (await query?.(new URLSearchParams({ id: "b" }))) as LetterDetail;
    assert.equal(shown.reason, "expired");
    assert.equal(shown.headers.origin, "gen7@shop-web-0");
    assert.deepEqual(shown.body, [[], {}, { callbacks: null, errbacks: null, chain: null, chord: null }]);
    await assert.rejects(async () => query?.(new URLSearchParams({ id: "x" })), {
      name: "UserError",
      message: "No dead letter has the id x anymore.",
    });
  });

  it("are replayed to their own queue, or stay and say why", async () => {
    assert.deepEqual(await change("replay", await requestFor()), {
      text: "replayed 2 of 4 selected dead letters, 0 were not selected",
      replayed: 2,
      kept: [
        {
          ...{ id: "b", task: "shop.bill" },
          why: "it expired at 2020-01-01T00:00:00, so no worker would start it: to run it anyway, check “Also run tasks that have expired”",
        },
        {
          ...{ id: "d", task: "shop.mail" },
          why: "queue gone does not exist: start a worker that declares it, or name another one with “Queue, if not their own”",
        },
      ],
    });
    assert.deepEqual(
      [ids("mail"), ids()],
      [
        ["a", "c"],
        ["b", "d"],
      ],
    );
    const rest = { ...(await requestFor()), to: "mail", ignoreExpires: true };
    assert.equal(
      (await change("replay", rest)).text,
      "replayed 2 of 2 selected dead letters, 0 were not selected",
    );
    assert.deepEqual([ids("mail"), ids()], [["a", "c", "b", "d"], []]);
  });

  it("are purged, but only those that were seen", async () => {
    const request = await requestFor({ queue: "mail" });
    broker.letters.push(letter(facts("new")));
    assert.deepEqual(await change("purge", request), { text: "3 dead letters deleted for good" });
    assert.deepEqual(ids(), ["d", "new"]);
  });

  it("are not changed if others have changed them since", async () => {
    const request = await requestFor({ queue: "mail" });
    broker.letters.shift();
    broker.letters.push(letter(facts("new")));
    for (const action of ["replay", "purge"] as const)
      await assert.rejects(change(action, request), /have changed since you read them\. Read them again/);
    assert.deepEqual(ids(), ["b", "c", "d", "new"]);
    assert.deepEqual(ids("mail"), []);
  });

  it("may be one", async () => {
    const query = letterQueries(letters)["dead-letter"];
    const { at, seen } = (await query?.(new URLSearchParams({ id: "c" }))) as LetterDetail;
    const { text } = await change("replay", { at, seen, count: 1, selection: { id: "c" } });
    assert.equal(text, "replayed shop.mail[c] to queue mail");
    assert.deepEqual([ids("mail"), ids()], [["c"], ["a", "b", "d"]]);
    const bill = (await query?.(new URLSearchParams({ id: "b" }))) as LetterDetail;
    const request = { at: bill.at, seen: bill.seen, count: 1, selection: { id: "b" } };
    assert.equal((await change("replay", request)).text, "the dead letter was not replayed");
    assert.equal((await change("purge", request)).text, "deleted shop.bill[b] of queue mail for good");
  });

  it("ask for the number before a replay, and for the context before a purge", async () => {
    const writes = letterWrites(letters, { context: "prod", allowProtected: false });
    const request = await requestFor({ reason: "rejected", newerThan: 3600 });
    const { what, consent } = (await writes["dead-letters/replay"]?.(request)) ?? assert.fail();
    assert.deepEqual([what, consent], ["replay 2 dead letters (reason rejected, newer than 3600 s)", "2"]);
    assert.equal((await writes["dead-letters/purge"]?.(request))?.consent, "prod");
    for (const body of [{}, { ...request, count: 0 }, { ...request, count: "2" }, { ...request, seen: 1 }])
      await assert.rejects(async () => writes["dead-letters/purge"]?.(body), { name: "UserError" });
  });

  it("are not purged in a protected installation, unless the command allows it", async () => {
    isProtected = true;
    const request = await requestFor();
    await assert.rejects(
      change("purge", request),
      /shop\/mq is protected \(deletionProtection\).*--allow-protected/,
    );
    assert.equal(ids()?.length, 4);
    await change("purge", request, true);
    assert.deepEqual(ids(), []);
  });
});
