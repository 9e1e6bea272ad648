import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

// In a process of its own: the test runner has enough else to wait for.
const PROGRAM = `
  const { ask } = require("./operate/cluster/forward");
  const silent = { forward: { portForward: async () => ({ close() {} }) } };
  ask(silent, { namespace: "n", pod: "gone", port: 80, path: "/", timeoutSeconds: 0.2 }).then(
    () => console.log("answered"),
    (error) => console.log("failed: " + error.name),
  );
`;

describe("a question to a pod", () => {
  it("fails in time when the pod is gone, even if nothing else keeps the process", async () => {
    const { stdout } = await run(process.execPath, ["--import=tsx", "--eval", PROGRAM]);
    assert.equal(stdout.trim(), "failed: AbortError");
  });
});
