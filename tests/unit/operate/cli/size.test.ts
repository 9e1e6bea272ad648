import assert from "node:assert/strict";
import { Command, CommanderError } from "commander";
import { sizeCommand } from "../../../../operate/cli/size";
import { exitCodeOf } from "../../../../operate/cli/runProgram";
import type { Plan } from "../../../../operate/size/plan";

/** What the command prints. */
function size(...words: string[]): string {
  const program = new Command().exitOverride();
  sizeCommand(program);
  program.commands.forEach((command) =>
    command.exitOverride().configureOutput({ writeErr: () => undefined }),
  );
  const lines: string[] = [];
  const { log } = console;
  console.log = (line: string) => lines.push(line);
  try {
    program.parse(["size", ...words], { from: "user" });
  } finally {
    console.log = log;
  }
  return lines.join("\n");
}

/** Exit code of a command that fails. */
function failure(...words: string[]): number {
  let code = 0;
  assert.throws(
    () => size(...words),
    (error) => {
      code = exitCodeOf(error);
      return true;
    },
  );
  return code;
}

describe("ha-celery size", () => {
  it("reads the units of the options", () => {
    const { wish } = JSON.parse(
      size("--tasks-per-second=2k", "--payload=2kB", "--backlog=1M", "--app-memory=64MiB", "--json"),
    ) as Plan;
    assert.deepEqual(
      [wish.tasksPerSecond, wish.payload, wish.backlog, wish.appMemory],
      [2000, 2000, 1_000_000, 64 * 2 ** 20],
    );
  });

  it("prints the plan with its assumptions, ranges, notes, and costs", () => {
    const text = size("--tasks-per-second=200");
    assert.match(text, /^For 200 tasks\/s of 1 kB that take 0\.1 s\n/);
    assert.match(text, /\d to [\d.]+ CPU, \d+ to \d+ of \d+ MiB/);
    assert.match(text, /A full backlog is executed after/);
    assert.match(text, /about \d+ dollars a month on GKE in us-east1 \(control plane 73, machines \d+/);
  });

  it("has the sum of the costs, the keys, and the notes in its JSON", () => {
    const plan = JSON.parse(size("--tasks-per-second=0.5", "--json")) as Plan & {
      keys: object;
      notes: string[];
    };
    const sum = Object.values(plan.costs).reduce((all, part) => all + part, 0);
    assert.equal(plan.dollarsAMonth, Math.round(sum));
    assert.ok("workerPools" in plan.keys && plan.notes.length > 0);
  });

  it("exits with 2 for an impossible load and for a wrong value", () => {
    assert.equal(failure("--tasks-per-second=1", "--payload=20MB"), 2);
    assert.equal(failure("--tasks-per-second=many"), 2);
    assert.equal(failure("--payload=1kB"), 2);
    assert.throws(() => size("--tasks-per-second=1", "--payload=1tB"), CommanderError);
  });
});
