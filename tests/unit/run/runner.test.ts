import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Result, Runner } from "../../run/runner";
import { table } from "../../run/table";

const shell = (name: string, script: string) => ({ name, command: ["sh", "-c", script] });

describe("the runner of the test suites", () => {
  let lines: string[];
  let runner: Runner;
  beforeEach(() => {
    lines = [];
    runner = new Runner((line) => lines.push(line));
  });
  const results = () => Object.fromEntries(runner.ended.map(({ name, result }) => [name, result]));

  it("runs all suites, also after a failure, and has failed if one has", async () => {
    assert.equal(await runner.run([shell("good", "true")]), true);
    assert.equal(runner.failed, false);
    assert.equal(
      await runner.run([shell("bad", "exit 3"), shell("next", "true"), shell("last", "true")]),
      false,
    );
    assert.equal(await runner.run([shell("other", "true")]), true);
    assert.equal(runner.failed, true);
    const { Passed, Failed } = Result;
    assert.deepEqual(results(), { good: Passed, bad: Failed, next: Passed, last: Passed, other: Passed });
  });

  it("fails if a suite cannot be started", async () => {
    await runner.run([{ name: "missing", command: ["no-such-command"] }]);
    assert.deepEqual(results(), { missing: Result.Failed });
    assert.match(lines.join("\n"), /^missing +\| .*no-such-command/m);
  });

  it("prints each line with the suite's name, and passes the environment on", async () => {
    await runner.run([shell("out", "echo $COLOR; echo blue >&2")], { COLOR: "green" });
    for (const color of ["green", "blue"])
      assert.ok(lines.includes(`out         | ${color}`), lines.join("\n"));
  });

  it("runs two suites at a time, also of two calls, and beside them those that wait", async () => {
    const folder = mkdtempSync(join(tmpdir(), "ha-celery-runner-"));
    // Ends when both others are there, too: all three run at the same time.
    const meet = (name: string) =>
      shell(name, `cd ${folder}; touch ${name}; until test -e a -a -e b -a -e c; do sleep 0.1; done`);
    const calls = [
      runner.run([meet("a")]),
      runner.run([meet("b"), shell("d", "echo on"), { ...meet("c"), waits: true }]),
    ];
    assert.deepEqual(await Promise.all(calls), [true, true]);
    const lineOf = (pattern: RegExp) => lines.findIndex((line) => pattern.test(line));
    assert.ok(lineOf(/^d .*on$/) > lineOf(/^[ab] .*passed/), lines.join("\n"));
    rmSync(folder, { recursive: true });
  });

  it("ends a suite that is cancelled, which has not failed", async () => {
    const cluster = shell("cluster", "echo on; exec sleep 60");
    const running = runner.run([cluster]);
    while (lines.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    runner.cancel(cluster, "a check failed");
    assert.equal(await running, true);
    assert.match(table(runner.ended, 1), /^cluster +not run: a check failed\n/);
  });

  it("lists a suite that cannot run, with the reason", async () => {
    await runner.run([{ ...shell("drill", "exit 1"), blocked: () => Promise.resolve("no cluster") }]);
    assert.equal(runner.failed, false);
    assert.match(
      table(runner.ended, 61),
      /^drill +not run: no cluster\ntotal +1:01\s+0 passed, 0 failed, 1 skipped$/,
    );
  });

  it("repeats below the table what failed: the first test of mocha's summary, or the last lines", async () => {
    const mocha =
      "seq 50; echo '  3 passing'; echo '  1 failing'; echo; echo '  1) the broker stays'; seq 50";
    await runner.run([shell("python", "seq 50; exit 1"), shell("broker", `${mocha}; exit 1`)]);
    const text = table(runner.ended, 1);
    assert.match(text, /\n\npython:\n {2}39\n(.*\n)+ {2}50\n/);
    assert.match(text, /\n\nbroker:\n {4}1 failing\n {4}1\) the broker stays\n {2}1\n(.*\n)+ {2}10\n/);
    assert.match(text, /\n\n0 passed, 2 failed, 0 skipped$/);
  });

  it("ends running suites when it is stopped, and starts no other", async () => {
    const running = runner.run(
      ["first", "second", "third"].map((name) => shell(name, "echo on; exec sleep 60")),
    );
    while (lines.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    runner.stop("SIGTERM");
    await running;
    assert.equal(runner.failed, true);
    assert.deepEqual(results(), { first: Result.Failed, second: Result.Failed, third: Result.NotRun });
  });

  it("does not count an interrupted suite as passed, although mocha exits with 0", async () => {
    const folder = mkdtempSync(join(tmpdir(), "ha-celery-runner-"));
    const file = join(folder, "suite.test.cjs");
    writeFileSync(file, 'it("waits", (done) => { console.log("on"); setTimeout(done, 60_000); });');
    const running = runner.run([{ name: "mocha", command: ["mocha", "--timeout", "0", file] }]);
    while (!lines.some((line) => line.endsWith("| on")))
      await new Promise((resolve) => setTimeout(resolve, 10));
    runner.stop("SIGINT");
    await running;
    rmSync(folder, { recursive: true });
    assert.deepEqual(results(), { mocha: Result.Failed });
    assert.ok(lines.includes("mocha       | interrupted"), lines.join("\n"));
  });
});
