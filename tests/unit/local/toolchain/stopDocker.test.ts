import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensureDocker, stopDockerIfOurs } from "../../../../local/toolchain/docker";
import { runningProcess } from "../../../../local/toolchain/process";
import { type Answers, fakeHost, recorder, useTemporaryCache } from "./fixtures";

const WITHOUT_CONTAINERS = { "docker version": { stdout: "20.10.24" }, "docker ps": {} };

describe("stopping Docker", () => {
  const cache = useTemporaryCache();
  let dockerd: ChildProcess;
  let others: ChildProcess[];

  /** Any process can be the dockerd that ensureDocker started. */
  beforeEach(async () => {
    others = [];
    dockerd = spawn("sleep", ["60"]);
    await once(dockerd, "spawn");
    mkdirSync(join(cache.path, "docker"));
    writeFileSync(
      join(cache.path, "docker", "started.json"),
      JSON.stringify(runningProcess(dockerd.pid ?? 0)),
    );
  });
  afterEach(() => {
    for (const child of [dockerd, ...others]) child.kill("SIGKILL");
  });

  const isRunning = () => runningProcess(dockerd.pid ?? 0) !== undefined;

  async function stop(answers: Answers = WITHOUT_CONTAINERS): Promise<string> {
    const { report, lines } = recorder();
    await stopDockerIfOurs(report, fakeHost({ path: ["docker"], answers }));
    return lines.join("\n");
  }

  /** Starts another process that uses Docker, and waits until it does. */
  async function startUser(): Promise<ChildProcess> {
    const script = join(__dirname, "useDocker.ts");
    const user = spawn(process.execPath, ["--import=tsx", script], { stdio: ["ignore", "pipe", "inherit"] });
    others.push(user);
    const [output] = (await once(user.stdout, "data")) as [Buffer];
    assert.match(output.toString(), /using Docker/);
    return user;
  }

  async function kill(user: ChildProcess): Promise<void> {
    user.kill("SIGKILL");
    await once(user, "exit");
  }

  it("stops it if nothing uses it", async () => {
    await ensureDocker(() => undefined, fakeHost({ path: ["docker"], answers: WITHOUT_CONTAINERS }));
    assert.match(await stop(), /^stopping Docker/);
    assert.equal(isRunning(), false);
    assert.equal(existsSync(join(cache.path, "docker", "started.json")), false);
  });

  it("keeps it while other processes use it, and stops it after the last of them was killed", async () => {
    const users = [await startUser(), await startUser()];
    for (const user of users) {
      assert.match(await stop(), new RegExp(`^Docker keeps running, .*process.* ${user.pid}`));
      assert.equal(isRunning(), true);
      await kill(user);
    }
    assert.match(await stop(), /^stopping Docker/);
    assert.equal(isRunning(), false);
  });

  it("does not mistake another process for a killed one that had the same id", async () => {
    mkdirSync(join(cache.path, "docker", "users"));
    const later = { pid: process.ppid, startTime: "1" };
    writeFileSync(join(cache.path, "docker", "users", String(later.pid)), JSON.stringify(later));
    assert.match(await stop(), /^stopping Docker/);
  });

  for (const [situation, answers, reason] of [
    ["a container runs", { "docker ps --quiet": { stdout: "1db91d59a53e" } }, /there are containers/],
    [
      "a cluster's container exists",
      { "docker ps --all": { stdout: "1db91d59a53e" } },
      /there are containers in it/,
    ],
    [
      "its containers are unknown",
      { "docker ps --quiet": { exitCode: 1, stderr: "timeout" } },
      /cannot be listed \(timeout\)/,
    ],
  ] as [string, Answers, RegExp][])
    it(`keeps it if ${situation}`, async () => {
      assert.match(await stop({ ...answers, ...WITHOUT_CONTAINERS }), reason);
      assert.equal(isRunning(), true);
    });

  it("makes a process wait that is about to use it, and then starts it for that process", async () => {
    let goOn = (): void => undefined;
    const listing = new Promise<void>((resolve) => (goOn = resolve));
    const answer = { exitCode: 0, stdout: "", stderr: "" };
    const stopping = fakeHost({ run: async () => (await listing, answer) });
    let started = false;
    const starting = fakeHost({
      isRoot: true,
      path: ["docker", "dockerd"],
      run: async (command) => {
        if (command === "systemctl") started = true;
        return isRunning() || started ? answer : { ...answer, exitCode: 1, stderr: "is not running" };
      },
    });
    const { report, lines } = recorder();
    const stopped = stopDockerIfOurs(() => undefined, stopping);
    while (!existsSync(join(cache.path, "docker.lock")))
      await new Promise((resolve) => setTimeout(resolve, 10));
    const ensured = ensureDocker(report, starting);
    goOn();
    await Promise.all([stopped, ensured]);
    assert.equal(isRunning(), false);
    assert.equal(started, true);
    assert.deepEqual(lines.slice(-2), ["starting Docker: systemctl start docker", "Docker is running"]);
  });
});
