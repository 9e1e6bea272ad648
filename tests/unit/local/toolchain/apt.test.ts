import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { APT } from "../../../../local/toolchain/dockerInstall";

const LOCKED = "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 5163 (apt-get)";

/** Runs the script with an apt-get that fails with this message as often as told. */
async function withAptGet(message: string, failures: number) {
  const folder = mkdtempSync(join(tmpdir(), "apt-"));
  const calls = join(folder, "calls");
  writeFileSync(calls, "");
  writeFileSync(
    join(folder, "apt-get"),
    `#!/bin/sh\necho "$@" >>${calls}\nif [ "$(wc -l <${calls})" -le ${failures} ]; then echo "${message}" >&2; exit 100; fi\n`,
  );
  chmodSync(join(folder, "apt-get"), 0o755);
  const env = { PATH: `${folder}:${process.env.PATH}` };
  const result = await execa(APT, ["install", "--yes", "docker.io"], { env, reject: false });
  return { ...result, calls: readFileSync(calls, "utf8").trim().split("\n") };
}

describe("apt-get of the scripts", () => {
  it("is repeated while another one runs", async () => {
    const { exitCode, stdout, calls } = await withAptGet(LOCKED, 1);
    assert.equal(exitCode, 0);
    assert.equal(stdout, `waiting: ${LOCKED}`);
    assert.deepEqual(calls.length, 2);
    assert.match(calls[1] ?? "", /install --yes docker\.io$/);
  });

  it("fails at once for any other reason, with its message and exit code", async () => {
    const { exitCode, stderr, calls } = await withAptGet("E: Unable to locate package docker.io", 9);
    assert.equal(exitCode, 100);
    assert.equal(stderr, "E: Unable to locate package docker.io");
    assert.equal(calls.length, 1);
  });
});
