import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { PROGRAM } from "../../render/stackConfig";

const RUNNER = join(PROGRAM, "node_modules", "@pulumi", "pulumi", "cmd", "run-policy-pack");
const NO_ENGINE = "127.0.0.1:1";

describe("the policy pack", () => {
  it("starts the way Pulumi starts it, with Pulumi's TypeScript settings", async function () {
    this.timeout(60_000);
    const pack = spawn(process.execPath, [RUNNER, NO_ENGINE, "."], {
      cwd: join(PROGRAM, "policy"),
      stdio: ["ignore", "pipe", "pipe"],
    });
    let errors = "";
    pack.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    const said = await Promise.race([
      once(pack.stdout, "data").then(([chunk]) => String(chunk)),
      once(pack, "exit").then(([code]) => `exit code ${code}`),
    ]);
    pack.kill();
    assert.match(said, /^\d+\n$/, `expected a port, got ${said} ${errors}`);
  });
});
