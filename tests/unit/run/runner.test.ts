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
    await runner.run([shell("good", "true")]);
    assert.equal(runner.failed, false);
    await runner.run([shell("bad", "exit 3"), shell("next", "true"), shell("last", "true")]);
    assert.equal(runner.failed, true);
    const { Passed, Failed } = Result;
    assert.deepEqual(results(), { good: Passed, bad: Failed, next: Passed, last: Passed });
  });

  it("fails if a suite cannot be started, or a step throws", async () => {
    await runner.run([{ name: "missing", command: ["no-such-command"] }]);
    await runner.step("cluster", () => Promise.reject(new Error("no Docker")));
    assert.deepEqual(results(), { missing: Result.Failed, cluster: Result.Failed });
    assert.ok(lines.includes("cluster     | no Docker"), lines.join("\n"));
  });

  it("prints each line with the suite's name, and passes the environment on", async () => {
    await runner.run([shell("out", "echo $COLOR; echo blue >&2")], { COLOR: "green" });
    for (const color of ["green", "blue"])
      assert.ok(lines.includes(`out         | ${color}`), lines.join("\n"));
  });

  it("runs a suite that must run alone after the others", async () => {
    await runner.run([
      { ...shell("alone", "true"), alone: true },
      shell("slow", "sleep 0.2"),
      shell("fast", "true"),
    ]);
    assert.deepEqual(
      runner.ended.map(({ name }) => name),
      ["fast", "slow", "alone"],
    );
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
