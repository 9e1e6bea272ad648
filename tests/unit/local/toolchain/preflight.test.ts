import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { diskProblem } from "../../../../local/toolchain/disk";
import { runLogged } from "../../../../local/toolchain/logged";
import { preflight } from "../../../../local/toolchain/preflight";
import { fakeHost, useTemporaryCache } from "./fixtures";

describe("checks before anything is changed", () => {
  const cache = useTemporaryCache();

  it("report everything that is missing together", async () => {
    const problems = (await preflight(fakeHost({ path: ["apt-get"] }))).join("\n");
    assert.match(problems, /^Docker is not installed/m);
    assert.match(
      problems,
      /^Go is not installed, and the pause process, Kubernetes .*, CoreDNS .*, the Pulumi CLI/m,
    );
  });

  it("report that the base images can neither be pulled nor built", async () => {
    const offline = { exitCode: 1, stderr: "error\nno such host" };
    const host = fakeHost({
      path: ["docker", "apt-get"],
      answers: { "docker version": {}, "docker image ls": {}, "docker manifest": offline },
    });
    assert.match(
      (await preflight(host)).join("\n"),
      /debian:trixie-slim cannot be pulled \(no such host\).*Run this command as root/,
    );
  });

  it("report nothing on a Debian machine as root with Go", async () => {
    const host = fakeHost({
      isRoot: true,
      path: ["apt-get", "docker"],
      answers: { "docker version": {}, "go env": { stdout: "go1.26.0\nlocal" } },
    });
    const problems = await preflight(host);
    assert.deepEqual(
      problems.filter((problem) => !/disk space/.test(problem)), // this machine's disk may be full
      [],
    );
  });

  for (const [platform, arch] of [
    ["darwin", "arm64"],
    ["linux", "riscv64"],
  ] as const) {
    it(`reject ${platform} on ${arch} and name an alternative`, async () => {
      const problems = await preflight(fakeHost({ platform, arch }));
      assert.equal(problems.length, 1);
      assert.match(
        problems[0] ?? "",
        new RegExp(`Linux on x64 or arm64, but this is ${platform} on ${arch}`),
      );
    });
  }

  it("report free and required disk space, also for a folder that does not exist yet", async () => {
    const folder = join(tmpdir(), "not", "made", "yet");
    const problem = await diskProblem(folder, 1e6, "the build");
    assert.match(
      problem ?? "",
      /^\S+\/not\/made\/yet has [\d.]+ GB of free disk space, but the build needs 1000000\.0 GB\. Free/,
    );
    assert.equal(await diskProblem(folder, 0, "nothing"), undefined);
  });

  it("show the end of a failed build's log, and its path", async () => {
    const script = "for (let i = 1; i <= 30; i++) console.log('line ' + i); process.exit(3)";
    await assert.rejects(
      runLogged("building it", process.execPath, ["-e", script], {}, () => undefined),
      (error: Error) => {
        assert.match(error.message, /^building it failed: .*exit code 3/);
        assert.match(error.message, /\n {2}\| line 30\n/);
        assert.doesNotMatch(error.message, /line 1\n/);
        assert.ok(error.message.includes(join(cache.path, "logs", "building-it.log")));
        return true;
      },
    );
  });
});
