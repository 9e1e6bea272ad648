import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../operate/errors";
import type { LedgerClient, LedgerSummary } from "./ledger";
import type { Report } from "./report";

const POLL_MS = 1_000;
const PROGRESS_MS = 3_000;
/** Longer than any redelivery that the broker may still owe: consumer timeouts are well below it. */
const STALL_MS = 120_000;

const UNREACHABLE =
  "The task ledger did not answer for two minutes, so the tasks cannot be counted. Look at its pod: kubectl get pods -A -l app.kubernetes.io/name=task-ledger";

/** The outcome of a run, counted by task id. */
export interface Verdict {
  readonly tasks: number;
  readonly done: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly seconds: number;
  readonly workers: Record<string, number>;
}

/** Nothing is lost only when every task that was to be scheduled has been done. */
export const passed = (verdict: Verdict): boolean => verdict.done === verdict.tasks && verdict.lost === 0;

export const sentence = (verdict: Verdict): string =>
  `${verdict.done} of ${verdict.tasks} tasks done, ${verdict.lost} lost, ${verdict.duplicated} duplicated`;

export function judge(tasks: number, summary: LedgerSummary): Verdict {
  const { executed, lost, duplicated, firstStarted, lastFinished, workers } = summary;
  return {
    tasks,
    done: executed,
    lost,
    duplicated,
    seconds: (lastFinished ?? 0) - (firstStarted ?? 0),
    workers,
  };
}

/** Follows a run until every task is done, or nothing has moved for two minutes after `scheduling` ended. */
export async function followRun(
  ledger: LedgerClient,
  run: string,
  tasks: number,
  scheduling: Promise<unknown>,
  report: Report,
): Promise<Verdict> {
  let scheduled = false;
  const end = () => (scheduled = true);
  scheduling.then(end, end);
  let last: LedgerSummary | undefined;
  let movedAt = Date.now();
  let told = { at: movedAt, executed: 0 };
  for (;;) {
    // The ledger's pod may not be up yet, or be on its way to another node; the next poll asks again.
    const summary = await ledger.summary(run).catch(() => undefined);
    const now = Date.now();
    if (summary) {
      if (summary.executions !== last?.executions || summary.confirmed !== last.confirmed) movedAt = now;
      if (summary.confirmed > 0 && now - told.at >= PROGRESS_MS) {
        const rate = Math.round(((summary.executed - told.executed) * 1000) / (now - told.at));
        report(`${summary.confirmed} of ${tasks} confirmed, ${summary.executed} done, ${rate} tasks/s`);
        told = { at: now, executed: summary.executed };
      }
      last = summary;
    }
    if (scheduled) {
      await scheduling;
      if (last && (last.executed >= tasks || now - movedAt > STALL_MS)) return judge(tasks, last);
      if (!last && now - movedAt > STALL_MS) throw new UserError(UNREACHABLE);
    }
    await sleep(POLL_MS);
  }
}
