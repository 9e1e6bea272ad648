import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";

/** Runs a program, closes its output after the first line, and returns how it ended. */
async function withoutReader(program: string): Promise<readonly [code: number | null, errors: string]> {
  const child = spawn(process.execPath, ["--import=tsx", "--eval", program]);
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  await once(child.stdout, "data");
  child.stdout.destroy();
  const [code] = (await once(child, "close")) as [number | null];
  return [code, errors.trim()];
}

const SETUP = 'require("./operate/output").surviveClosedOutput();';

describe("a command whose output nobody reads anymore", function () {
  this.timeout(180_000);

  it("continues, and ends as usual", async () => {
    const program = `
      let left = 8;
      const timer = setInterval(() => {
        console.log("line");
        if (--left > 0) return;
        clearInterval(timer);
        console.error("undone");
        process.exitCode = 3;
      }, 20);`;
    const [code, errors] = await withoutReader(SETUP + program);
    assert.deepEqual([code, errors], [3, "undone"]);
    assert.match((await withoutReader(program))[1], /EPIPE/);
  });

  it("ends if it only prints until it is interrupted", async () => {
    const program = `${SETUP}
      const { refresh } = require("./operate/cli/status");
      void refresh(new AbortController().signal, async () => console.log("status"), 0.02);`;
    assert.deepEqual(await withoutReader(program), [0, ""]);
  });
});
