import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";

const PROGRAM = `
  const { abortOnInterrupt } = require("./operate/interrupt");
  const signal = abortOnInterrupt("Stopping: undoing the fault");
  signal.addEventListener("abort", () => console.log("aborted"));
  setInterval(() => undefined, 1000);
  console.log("ready");
`;

describe("an interrupt", () => {
  it("aborts on the first signal, and exits immediately on the second one", async () => {
    const child = spawn(process.execPath, ["--import=tsx", "--eval", PROGRAM]);
    const output = { text: "" };
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (output.text += chunk.toString()));
    // The streams are pipes of their own, so their texts may arrive in another order than they were written.
    const until = async (text: string): Promise<void> => {
      while (!output.text.includes(text))
        await Promise.race([once(child.stdout, "data"), once(child.stderr, "data")]);
    };
    await until("ready");
    child.kill("SIGINT");
    await until("aborted");
    await until("Stopping: undoing the fault (press Ctrl-C again to exit immediately).");
    child.kill("SIGTERM");
    const [code] = (await once(child, "exit")) as [number | null];
    assert.equal(code, 130);
  });
});
