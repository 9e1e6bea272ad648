import assert from "node:assert/strict";
import { execFile } from "node:child_process";

interface Exited {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const PROGRAM = `
  const { Command } = require("commander");
  const { UserError } = require("./operate/errors");
  const { runProgram } = require("./operate/cli/runProgram");
  const program = new Command();
  program.command("succeed").action(() => console.log("done"));
  program.command("fail").action(() => { throw new UserError("no cluster. Start one: make up"); });
  program.command("crash").action(() => { throw new TypeError("undefined is not a function"); });
  program.command("hang").action(() => new Promise(() => undefined));
  runProgram(program);
`;

const run = (command: string, variables: Record<string, string> = {}): Promise<Exited> =>
  new Promise((resolve) => {
    const args = ["--import=tsx", "--eval", PROGRAM, "--", command];
    const env = { PATH: process.env.PATH, TERM: "xterm-256color", ...variables };
    execFile(process.execPath, args, { env }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });

describe("a command line", () => {
  it("exits with 0 when the command succeeds", async () =>
    assert.deepEqual(await run("succeed"), { code: 0, stdout: "done\n", stderr: "" }));

  it("prints a user's error as its message, without colors in a pipe, even in CI", async () =>
    assert.deepEqual(await run("fail", { CI: "1" }), {
      code: 1,
      stdout: "",
      stderr: "\nError: no cluster. Start one: make up\n",
    }));

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
