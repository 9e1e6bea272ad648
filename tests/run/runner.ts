import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { REPOSITORY } from "../../local/paths";
import { excerpt } from "./excerpt";
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

/** Suites that run at the same time: most of a cluster suite's time is spent waiting. */
const JOBS = 2;
const NAME_WIDTH = 11;

/** Runs suites, two at a time, and prints their output line by line with their name in front. */
export class Runner {
  readonly ended: Ended[] = [];
  private readonly running = new Set<ChildProcess>();
  private readonly output = new Map<string, string[]>();
  private interrupted = false;

  constructor(private readonly write: (line: string) => void = console.log) {}

  get failed(): boolean {
    return this.interrupted || this.ended.some(({ result }) => result === Result.Failed);
  }

  /** Runs all suites, also after a failure; at the end, one by one, those that run alone. */
  async run(suites: readonly Suite[], env: Record<string, string> = {}): Promise<void> {
    const waiting = suites.filter(({ alone }) => !alone);
    const work = async () => {
      for (let suite = waiting.shift(); suite; suite = waiting.shift()) await this.runOne(suite, env);
    };
    await Promise.all(Array.from({ length: JOBS }, work));
    for (const suite of suites.filter(({ alone }) => alone)) await this.runOne(suite, env);
  }

  /** Runs a step of the tests themselves, such as creating the clusters. */
  async step(name: string, work: (report: (text: string) => void) => Promise<void>): Promise<void> {
    await this.timed(name, async () => {
      await work((text) => this.print(name, text));
      return true;
    });
  }

  /** Lists a suite that does not run; an interruption is the reason of all that follows it. */
  notRun({ name }: Suite, because: string): void {
    const reason = this.interrupted ? "interrupted" : because;
    this.ended.push({ name, result: Result.NotRun, seconds: 0, reason });
  }

  /** Ends the running suites, which count as failed. Those that are waiting do not start. */
  stop(signal: NodeJS.Signals): void {
    this.interrupted = true;
    for (const { pid, exitCode } of this.running) if (pid && exitCode === null) process.kill(-pid, signal);
  }

  private async runOne(suite: Suite, env: Record<string, string>): Promise<void> {
    const reason = this.interrupted ? "interrupted" : await suite.blocked?.();
    if (reason !== undefined) return this.notRun(suite, reason);
    await this.timed(suite.name, () => this.spawn(suite, env));
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
    this.running.add(child);
    for (const input of [child.stdout, child.stderr])
      createInterface({ input }).on("line", (line) => this.print(name, line));
    const [code] = (await once(child, "close")) as [number | null];
    this.running.delete(child);
    // An interrupted mocha exits with 0 if no test had failed until then.
    if (this.interrupted) throw new Error("interrupted");
    return code === 0;
  }

  private async timed(name: string, work: () => Promise<boolean>): Promise<void> {
    const startedAt = Date.now();
    const passed = await work().catch((error: unknown) => {
      this.print(name, error instanceof Error ? error.message : String(error));
      return false;
    });
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
