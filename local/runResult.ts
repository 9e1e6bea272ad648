import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../operate/errors";
import type { LedgerReader, LedgerSummary } from "./ledger";
import type { Report } from "./report";

const POLL_MS = 1_000;
const REPORT_INTERVAL_MS = 3_000;
/** Longer than the broker may take to redeliver a task: its consumer timeouts are well below two minutes. */
const STALL_TIMEOUT_MS = 120_000;

const LEDGER_UNREACHABLE =
  "The task ledger did not respond for two minutes, so the tasks cannot be counted. Check its pod: kubectl get pods -A -l app.kubernetes.io/name=task-ledger";

/** The result of a run, counted by task id. */
export interface RunResult {
  readonly tasks: number;
  readonly done: number;
  /** Confirmed tasks that can no longer run: they are not done, and no queue holds a task. */
  readonly lost: number;
  /** Confirmed tasks that are not done and may still run. */
  readonly waiting: number;
  readonly duplicated: number;
  readonly seconds: number;
  readonly workers: Record<string, number>;
}

/** A run passes when every task is done, including those that may never have been scheduled. */
export const passed = ({ done, tasks, lost }: RunResult): boolean => done === tasks && lost === 0;

export const describeResult = ({ done, tasks, lost, waiting, duplicated }: RunResult): string =>
  `${done} of ${tasks} tasks done, ${waiting > 0 ? `${waiting} still waiting, ` : ""}${lost} lost, ${duplicated} duplicated`;

/**
 * `queued` is the number of messages in the brokers' queues, except dead letters: ready, unacknowledged, or delayed.
 * Undefined if no broker reports it.
 */
export function toRunResult(tasks: number, summary: LedgerSummary, queued: number | undefined): RunResult {
  const { executed, lost, duplicated, firstStarted, lastFinished, workers } = summary;
  return {
    tasks,
    done: executed,
    ...(queued === 0 ? { lost, waiting: 0 } : { lost: 0, waiting: lost }),
    duplicated,
    seconds: (lastFinished ?? 0) - (firstStarted ?? 0),
    workers,
  };
}

/** Reads the state of a run. */
export interface RunReader {
  readonly ledger: Pick<LedgerReader, "summary">;
  /** See `toRunResult`. */
  queued(): Promise<number | undefined>;
}

/** Polls a run until every task is done, or until nothing has changed for two minutes after `scheduling` ended. */
export async function watchRun(
  { ledger, queued }: RunReader,
  run: string,
  tasks: number,
  scheduling: Promise<unknown>,
  report: Report,
): Promise<RunResult> {
  let scheduled = false;
  const end = () => (scheduled = true);
  scheduling.then(end, end);
  const progress = new RunProgress(tasks, report);
  for (; ; await sleep(POLL_MS)) {
    // The ledger's pod may still be starting or moving to another node; the next poll tries again.
    progress.update(await ledger.summary(run).catch(() => undefined));
    if (!scheduled) continue;
    await scheduling;
    const { summary, isComplete, isStalled } = progress;
    if (summary && isComplete) return toRunResult(tasks, summary, 0);
    if (summary && isStalled) return toRunResult(tasks, summary, await queued());
    if (isStalled) throw new UserError(LEDGER_UNREACHABLE);
  }
}

/** The latest counts of a run, reported every few seconds, and the time of their last change. */
class RunProgress {
  summary?: LedgerSummary;
  private changedAt = Date.now();
  private reported = { at: this.changedAt, executed: 0 };

  constructor(
    private readonly tasks: number,
    private readonly report: Report,
  ) {}

  get isComplete(): boolean {
    return this.summary !== undefined && this.summary.executed >= this.tasks;
  }

  get isStalled(): boolean {
    return Date.now() - this.changedAt > STALL_TIMEOUT_MS;
  }

  update(summary: LedgerSummary | undefined): void {
    if (!summary) return;
    const { executions, confirmed } = summary;
    if (executions !== this.summary?.executions || confirmed !== this.summary.confirmed)
      this.changedAt = Date.now();
    this.summary = summary;
    this.reportCounts(summary);
  }

  private reportCounts({ confirmed, executed }: LedgerSummary): void {
    const now = Date.now();
    const elapsed = now - this.reported.at;
    if (confirmed === 0 || elapsed < REPORT_INTERVAL_MS) return;
    const rate = Math.round(((executed - this.reported.executed) * 1000) / elapsed);
    this.report(`${confirmed} of ${this.tasks} confirmed, ${executed} done, ${rate} tasks/s`);
    this.reported = { at: now, executed };
  }
}
