import assert from "node:assert/strict";
import { execFile } from "node:child_process";

interface Exited {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const PROGRAM = `
  const { Command } = require("commander");
  const { UsageError, UserError } = require("./operate/errors");
  const { runProgram } = require("./operate/cli/runProgram");
  const program = new Command();
  program.command("succeed").action(() => console.log("done"));
  program.command("fail").action(() => { throw new UserError("no cluster. Start one: make up"); });
  program.command("misuse").action(() => { throw new UsageError("no such pool. Use one of: mail"); });
  program.command("lose").action(() => fetch("http://127.0.0.1:1"));
  program.command("crash").action(() => { throw new TypeError("undefined is not a function"); });
  const { numberOption } = require("./operate/cli/numberOption");
  program.command("count").requiredOption("--rate <n>", "", numberOption()).action(() => console.log("done"));
  program.command("long").action(() => console.log("x".repeat(1_000_000)));
  program.command("hang").action(() => new Promise(() => undefined));
  runProgram(program);
`;

const run = (command: string | string[], variables: Record<string, string> = {}): Promise<Exited> =>
  new Promise((resolve) => {
    const args = ["--import=tsx", "--eval", PROGRAM, "--", ...[command].flat()];
    const env = { PATH: process.env.PATH, TERM: "xterm-256color", ...variables };
    execFile(process.execPath, args, { env }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });

describe("a command line", () => {
  it("exits with 0 when the command succeeds", async () =>
    assert.deepEqual(await run("succeed"), { code: 0, stdout: "done\n", stderr: "" }));

  it("prints long output completely into a pipe", async () =>
    assert.equal((await run("long")).stdout.length, 1_000_001));

  it("prints a user's error as its message, without colors in a pipe, even in CI", async () =>
    assert.deepEqual(await run("fail", { CI: "1" }), {
      code: 1,
      stdout: "",
      stderr: "\nError: no cluster. Start one: make up\n",
    }));

  it("says so when the Kubernetes API cannot be reached", async () => {
    const { code, stderr } = await run("lose");
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^\nError: The connection to the Kubernetes API failed: .+\. Once "kubectl get nodes" answers, run the command again\.\n$/,
    );
  });

  it("exits with 2 when the command cannot begin", async () =>
    assert.deepEqual(await run("misuse"), {
      code: 2,
      stdout: "",
      stderr: "\nError: no such pool. Use one of: mail\n",
    }));

  const MISUSED: [string[], RegExp][] = [
    [["succeed", "--color"], /^error: unknown option '--color'/],
    [["sucede"], /^error: unknown command 'sucede'\n\(Did you mean succeed\?\)/],
    [["succeed", "twice"], /^error: too many arguments for 'succeed'/],
    [["count", "--rate", "many"], /^error: option '--rate <n>' argument 'many' is invalid. Use a number/],
    [["count"], /^error: required option '--rate <n>' not specified/],
    [[], /^Usage: /],
  ];
  for (const [words, message] of MISUSED)
    it(`exits with 2 for: ${words.join(" ") || "nothing"}`, async () => {
      const { code, stdout, stderr } = await run(words);
      assert.equal(code, 2);
      assert.equal(stdout, "");
      assert.match(stderr, message);
    });

  it("exits with 0 after its help", async () => {
    const { code, stdout } = await run(["count", "--help"]);
    assert.equal(code, 0);
    assert.match(stdout, /^Usage: /);
  });

  it("prints the stack trace of any other error", async () => {
    const { code, stderr } = await run("crash");
    assert.equal(code, 1);
    assert.match(stderr, /TypeError: undefined is not a function\n +at /);
  });

  it("fails when nothing is left that could settle the command", async () => {
    const { code, stderr } = await run("hang");
    assert.equal(code, 1);
    assert.match(stderr, /ended without a result/);
  });
});
