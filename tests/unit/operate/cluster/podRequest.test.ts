import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

// In its own process, because other work keeps the test runner alive.
const PROGRAM = `
  const { requestPod } = require("./operate/cluster/podRequest");
  const silent = { forward: { portForward: async () => ({ close() {} }) } };
  requestPod(silent, { namespace: "n", pod: "gone", port: 80, path: "/", timeoutSeconds: 0.2 }).then(
    () => console.log("answered"),
    (error) => console.log("failed: " + error.name),
  );
`;

describe("a request to a pod", () => {
  it("times out if the pod is gone, even if nothing else keeps the process running", async () => {
    const { stdout } = await run(process.execPath, ["--import=tsx", "--eval", PROGRAM]);
    assert.equal(stdout.trim(), "failed: AbortError");
  });
});
