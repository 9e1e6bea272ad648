import type { Brokers } from "../cluster/brokers";
import type { Cluster } from "../cluster/cluster";
import { apiMessageOf } from "../cluster/objects";
import { wait } from "../waiting";
import { type Consent, Decisions } from "./decisions";
import { execute } from "./execute";
import type { Facts } from "./facts";
import { observe } from "./observe";
import { plan, type Step } from "./plan";
import { findProblems } from "./problems";
import { keyOf, Schedule, secondsSince } from "./schedule";

export interface RecoveryOptions {
  /** A node that is not ready counts as silent when its last heartbeat is this old. */
  readonly silentAfterSeconds: number;
  /** Timeout for the installation to become healthy after the last step. */
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
  /** Called once for each step. */
  readonly consent: Consent;
  /** Receives the progress. */
  report(text: string): void;
}

/** Result of a recovery, which `--json` prints. */
export interface Outcome {
  /** The installation is healthy. */
  readonly whole: boolean;
  /** Executed steps, in order. */
  readonly done: readonly Step[];
  /** Steps that the user did not consent to. */
  readonly refused: readonly Step[];
  /** Problems that are left. */
  readonly stuck: readonly string[];
  readonly seconds: number;
}

const POLL_SECONDS = 3;

/** Observes, plans, and executes steps in a loop, until the installation is healthy or nothing more can be done. */
export const recover = (cluster: Cluster, brokers: Brokers, options: RecoveryOptions): Promise<Outcome> =>
  new Recovery(cluster, brokers, options).run();

class Recovery {
  private readonly startedAt = Date.now();
  private readonly decisions: Decisions;
  private readonly schedule = new Schedule();
  private progressAt = Date.now();
  private lastReport = "";

  constructor(
    private readonly cluster: Cluster,
    private readonly brokers: Brokers,
    private readonly options: RecoveryOptions,
  ) {
    this.decisions = new Decisions((steps) => options.consent(steps));
  }

  async run(): Promise<Outcome> {
    const { silentAfterSeconds, timeoutSeconds, signal } = this.options;
    for (;;) {
      const facts = await observe(this.cluster, this.brokers, silentAfterSeconds);
      const problems = findProblems(facts);
      if (problems.length === 0) return this.outcome(problems);
      this.reportProblems(problems);
      const steps = plan(facts).filter((step) => this.schedule.isDue(step));
      await this.decisions.askAbout(steps);
      await this.executeAllowed(facts, steps);
      if (this.isBlocked(steps) || secondsSince(this.progressAt) > timeoutSeconds)
        return this.outcome(problems);
      await wait(POLL_SECONDS, signal);
    }
  }

  /** Stops at the first failure, because later steps may depend on it. */
  private async executeAllowed(facts: Facts, steps: readonly Step[]): Promise<void> {
    for (const step of steps.filter((each) => this.decisions.isAllowed(each))) {
      this.options.report(keyOf(step));
      if (!(await this.tryStep(facts, step))) return;
      this.schedule.record(step);
      this.progressAt = Date.now();
    }
  }

  /**
   * Returns false if the step failed. The loop retries it, because a broker may not answer yet or an object may have
   * changed.
   */
  private async tryStep(facts: Facts, step: Step): Promise<boolean> {
    try {
      await execute(this.cluster, this.brokers, facts, step);
      return true;
    } catch (error) {
      this.options.report(`  failed, will retry: ${apiMessageOf(error)}`);
      return false;
    }
  }

  /** Only refused steps are left, and what they repair does not recover by itself. */
  private isBlocked(steps: readonly Step[]): boolean {
    return this.decisions.refused.length > 0 && steps.every((step) => this.decisions.isRefused(step));
  }

  private reportProblems(problems: readonly string[]): void {
    const text = problems.join("\n");
    if (text !== this.lastReport) for (const problem of problems) this.options.report(`  ${problem}`);
    this.lastReport = text;
  }

  private outcome(problems: readonly string[]): Outcome {
    return {
      whole: problems.length === 0,
      done: this.schedule.done,
      refused: this.decisions.refused,
      stuck: problems,
      seconds: secondsSince(this.startedAt),
    };
  }
}
