import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { REPOSITORY } from "../../local/paths";
import { excerpt } from "./excerpt";
import { Places } from "./places";
import type { Suite } from "./suites";

export const Result = { Passed: "passed", Failed: "FAILED", NotRun: "not run" } as const;
export type Result = (typeof Result)[keyof typeof Result];

/** The result of a suite. */
export interface Ended {
  readonly name: string;
  readonly result: Result;
  readonly seconds: number;
  readonly reason?: string;
  /** The lines of its output that tell most about its failure. */
  readonly excerpt?: readonly string[];
}

/** Suites that run at the same time, besides those that wait most of their time. A machine of CI has 2 cores. */
const PLACES = 2;
const NAME_WIDTH = 11;

/** Runs suites, two at a time and those that mostly wait beside them, and prints their output line by line with their name in front. */
export class Runner {
  readonly ended: Ended[] = [];
  private readonly places = new Places(PLACES);
  private readonly running = new Map<string, ChildProcess>();
  private readonly cancelled = new Map<string, string>();
  private readonly output = new Map<string, string[]>();
  private interrupted = false;

  constructor(private readonly write: (line: string) => void = console.log) {}

  get failed(): boolean {
    return this.interrupted || this.failures.length > 0;
  }

  private get failures(): Ended[] {
    return this.ended.filter(({ result }) => result === Result.Failed);
  }

  /** Runs all suites, also after a failure, and returns whether none has failed. Calls at the same time share the places. */
  async run(suites: readonly Suite[], env: Record<string, string> = {}): Promise<boolean> {
    await Promise.all(
      suites.map((suite) => {
        const work = () => this.runOne(suite, env);
        return suite.waits ? work() : this.places.with(work);
      }),
    );
    const names = suites.map(({ name }) => name);
    return !this.interrupted && !this.failures.some(({ name }) => names.includes(name));
  }

  /** Lists a suite that does not run; an interruption is the reason of all that follows it. */
  notRun({ name }: Suite, because: string): void {
    const reason = this.interrupted ? "interrupted" : because;
    this.ended.push({ name, result: Result.NotRun, seconds: 0, reason });
  }

  /** Ends a suite that is no longer needed, if it is running. It is listed as not run. */
  cancel({ name }: Suite, because: string): void {
    this.cancelled.set(name, because);
    end(this.running.get(name), "SIGTERM");
  }

  /** Ends the running suites, which count as failed. Those that are waiting do not start. */
  stop(signal: NodeJS.Signals): void {
    this.interrupted = true;
    for (const child of this.running.values()) end(child, signal);
  }

  private async runOne(suite: Suite, env: Record<string, string>): Promise<void> {
    const reason = this.interrupted ? "interrupted" : await suite.blocked?.();
    if (reason !== undefined) return this.notRun(suite, reason);
    await this.timed(suite, () => this.spawn(suite, env));
  }

  private async spawn({ name, command }: Suite, env: Record<string, string>): Promise<boolean> {
    const [program = "", ...args] = command;
    // In a process group of its own, so that a signal reaches it once, through stop().
    const child = spawn(program, args, {
      cwd: REPOSITORY,
      detached: true,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.running.set(name, child);
    for (const input of [child.stdout, child.stderr])
      createInterface({ input }).on("line", (line) => this.print(name, line));
    const [code] = (await once(child, "close")) as [number | null];
    this.running.delete(name);
    // An interrupted mocha exits with 0 if no test had failed until then.
    if (this.interrupted) throw new Error("interrupted");
    return code === 0;
  }

  private async timed(suite: Suite, work: () => Promise<boolean>): Promise<void> {
    const { name } = suite;
    const startedAt = Date.now();
    const passed = await work().catch((error: unknown) => {
      this.print(name, error instanceof Error ? error.message : String(error));
      return false;
    });
    const cancelled = this.cancelled.get(name);
    if (!passed && cancelled !== undefined) return this.notRun(suite, cancelled);
    const result = passed ? Result.Passed : Result.Failed;
    const seconds = (Date.now() - startedAt) / 1000;
    const failure = passed ? {} : { excerpt: excerpt(this.output.get(name) ?? []) };
    this.ended.push({ name, result, seconds, ...failure });
    this.output.delete(name);
    this.print(name, `${result} after ${seconds.toFixed(0)} s`);
  }

  private print(name: string, line: string): void {
    const lines = this.output.get(name) ?? [];
    lines.push(line);
    this.output.set(name, lines);
    this.write(`${name.padEnd(NAME_WIDTH)} | ${line}`);
  }
}

/** Sends a signal to a suite and to all processes that it has started. */
function end(child: ChildProcess | undefined, signal: NodeJS.Signals): void {
  const { pid, exitCode } = child ?? {};
  if (pid && exitCode === null) process.kill(-pid, signal);
}
