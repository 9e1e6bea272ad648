import assert from "node:assert/strict";
import type { LedgerSummary } from "../../../local/ledger";
import { describeResult, passed, type RunReader, toRunResult, watchRun } from "../../../local/runResult";

const summary = (values: Partial<LedgerSummary>): LedgerSummary => ({
  run: "run-1",
  confirmed: 10,
  executed: 10,
  executions: 10,
  lost: 0,
  duplicated: 0,
  workers: { "worker-a": 10 },
  firstStarted: 100,
  lastFinished: 110,
  ...values,
});
const ledgerOf = (...answers: (LedgerSummary | Error)[]) =>
  ({
    ledger: {
      summary: () => {
        const answer = answers.length > 1 ? answers.shift() : answers[0];
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
      },
    },
    queued: () => Promise.resolve(0),
  }) as RunReader;

describe("result of a run", () => {
  it("passes when every task is done once", () => {
    const verdict = toRunResult(10, summary({}), 0);
    assert.equal(describeResult(verdict), "10 of 10 tasks done, 0 lost, 0 duplicated");
    assert.ok(passed(verdict));
  });

  it("passes with duplicates, which late acknowledgement allows", () => {
    const verdict = toRunResult(10, summary({ executions: 12, duplicated: 2 }), 0);
    assert.equal(describeResult(verdict), "10 of 10 tasks done, 0 lost, 2 duplicated");
    assert.ok(passed(verdict));
  });

  it("fails when a confirmed task was not done", () =>
    assert.ok(!passed(toRunResult(10, summary({ executed: 9, lost: 1 }), 0))));

  it("calls a task lost only when no queue holds one", () => {
    const unfinished = summary({ executed: 9, lost: 1 });
    assert.equal(
      describeResult(toRunResult(10, unfinished, 3)),
      "9 of 10 tasks done, 1 still waiting, 0 lost, 0 duplicated",
    );
    assert.equal(toRunResult(10, unfinished, undefined).lost, 0);
    assert.ok(!passed(toRunResult(10, unfinished, 3)));
  });

  it("fails when tasks were never scheduled", () =>
    assert.ok(!passed(toRunResult(10, summary({ confirmed: 9, executed: 9 }), 0))));

  it("waits for a ledger that does not respond yet", async () => {
    const ledger = ledgerOf(new Error("no endpoints"), summary({}));
    assert.ok(passed(await watchRun(ledger, "run-1", 10, Promise.resolve(), () => undefined)));
  });

  it("rethrows the error that ended the scheduling", async () => {
    const failed = Promise.reject(new Error("the update failed"));
    await assert.rejects(
      watchRun(ledgerOf(summary({ executed: 3 })), "run-1", 10, failed, () => undefined),
      /the update failed/,
    );
  });
});
