import { closeSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { setPriority } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { UserError } from "../../operate/errors";
import { cacheDir } from "../paths";
import type { Host } from "./host";
import { exitMessage, indent, openLog, lastLines } from "./logged";
import { isRunning, type Process, runningProcess } from "./process";

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 60_000;
const DOCKERD_PID_FILE = "/var/run/docker.pid";
const CONTAINERD_PID_FILE = "/var/run/docker/containerd/containerd.pid";
const CONTAINERD_SOCKET = "/run/containerd/containerd.sock";

/** Whether the Docker engine responds. */
type IsUp = () => Promise<boolean>;

/** Names the dockerd that was started here. */
const startedFile = (): string => join(cacheDir(), "docker", "started.json");

export function isStartedHere(): boolean {
  return readStarted() !== undefined;
}

/** Starts the system's service, which stopDockerd never stops. */
export async function startWithSystemd(host: Host, isUp: IsUp): Promise<void> {
  const { exitCode, stderr } = await host.run("systemctl", ["start", "docker"]);
  if (exitCode === 0) await waitFor(isUp, START_TIMEOUT_MS);
  if (!(await isUp())) {
    const journal = await host.run("journalctl", [
      "--unit=docker",
      "--lines=12",
      "--no-pager",
      "--output=cat",
    ]);
    throw new UserError(
      `The Docker service does not start: ${stderr || "it does not respond"}\n${indent(journal.stdout)}\n` +
        "To find out why: systemctl status docker; journalctl --unit=docker",
    );
  }
}

/** Starts dockerd in its own session, so that it survives this command and Ctrl-C. */
export async function startDetached(isUp: IsUp): Promise<void> {
  if (isProcess(pidIn(DOCKERD_PID_FILE), "dockerd") && (await waitFor(isUp, START_TIMEOUT_MS))) return;
  await removeStaleFiles();
  const log = openLog("dockerd");
  const dockerd = execa("dockerd", [], {
    detached: true,
    cleanup: false,
    reject: false,
    stdio: ["ignore", log.fd, log.fd],
  });
  closeSync(log.fd);
  dockerd.unref();
  if (dockerd.pid) usePriorityOfOthers(dockerd.pid);
  let exit: string | undefined;
  void dockerd.then((result) => (exit = exitMessage(result)));

  const settled = await waitFor(async () => exit !== undefined || (await isUp()), START_TIMEOUT_MS);
  if (!settled || exit !== undefined) {
    if (exit === undefined) dockerd.kill();
    throw new UserError(
      `dockerd does not start: ${exit ?? `no response within ${START_TIMEOUT_MS / 1000} s`}\n${lastLines(log.path)}\nFull log: ${log.path}`,
    );
  }
  const started = dockerd.pid && runningProcess(dockerd.pid);
  if (started) writeStarted(started);
}

/** Its containers outlive a command that runs with a lower priority, which not everybody may raise again. */
function usePriorityOfOthers(pid: number): void {
  try {
    setPriority(pid, 0);
  } catch {
    // Everything works, only later.
  }
}

export async function stopDockerd(): Promise<void> {
  const started = readStarted();
  if (!started) return;
  process.kill(started.pid, "SIGTERM");
  const gone = await waitFor(async () => !isRunning(started), STOP_TIMEOUT_MS);
  if (!gone) {
    throw new UserError(
      `dockerd (process ${started.pid}) did not stop within ${STOP_TIMEOUT_MS / 1000} s. ` +
        `Kill it: kill -9 ${started.pid}`,
    );
  }
  rmSync(startedFile(), { force: true });
}

/**
 * Removes files that name processes which no longer exist, or whose ids other processes now have, as after a power
 * failure or kill -9. Because of such files dockerd refuses to start, or waits for a containerd that is not running.
 */
async function removeStaleFiles(): Promise<void> {
  if (!isProcess(pidIn(DOCKERD_PID_FILE), "dockerd")) rmSync(DOCKERD_PID_FILE, { force: true });
  if (!isProcess(pidIn(CONTAINERD_PID_FILE), "containerd")) rmSync(CONTAINERD_PID_FILE, { force: true });
  if (existsSync(CONTAINERD_SOCKET) && !(await accepts(CONTAINERD_SOCKET)))
    rmSync(CONTAINERD_SOCKET, { force: true });
}

function accepts(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    connection.once("connect", () => resolve(true)).once("error", () => resolve(false));
    connection.once("connect", () => connection.destroy());
  });
}

async function waitFor(condition: () => Promise<boolean>, timeoutMs: number): Promise<boolean> {
  for (const end = Date.now() + timeoutMs; Date.now() < end; await sleep(300)) {
    if (await condition()) return true;
  }
  return false;
}

function pidIn(file: string): number | undefined {
  return existsSync(file) ? Number.parseInt(readFileSync(file, "utf8"), 10) || undefined : undefined;
}

function isProcess(pid: number | undefined, name: string): boolean {
  return (
    pid !== undefined &&
    existsSync(`/proc/${pid}/comm`) &&
    readFileSync(`/proc/${pid}/comm`, "utf8").trim() === name
  );
}

function readStarted(): Process | undefined {
  try {
    const started = JSON.parse(readFileSync(startedFile(), "utf8")) as Process;
    return isRunning(started) ? started : undefined;
  } catch {
    return undefined;
  }
}

function writeStarted(started: Process): void {
  mkdirSync(join(startedFile(), ".."), { recursive: true });
  writeFileSync(startedFile(), JSON.stringify(started));
}
