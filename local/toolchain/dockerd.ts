import { closeSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { UserError } from "../../operate/errors";
import { cacheDir } from "../paths";
import type { Host } from "./host";
import { exitMessage, indent, openLog, lastLines } from "./logged";

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 60_000;
const DOCKERD_PID_FILE = "/var/run/docker.pid";
const CONTAINERD_PID_FILE = "/var/run/docker/containerd/containerd.pid";
const CONTAINERD_SOCKET = "/run/containerd/containerd.sock";

type AnswerCheck = () => Promise<boolean>;

/** The dockerd that we started, told apart by its start time from a later process with the same number. */
interface Started {
  pid: number;
  startTime: string;
}

const startedFile = (): string => join(cacheDir(), "docker", "started.json");

export function isStartedHere(): boolean {
  return readStarted() !== undefined;
}

/** A service belongs to the machine: nobody here stops it again. */
export async function startWithSystemd(host: Host, answers: AnswerCheck): Promise<void> {
  const { exitCode, stderr } = await host.run("systemctl", ["start", "docker"]);
  if (exitCode === 0) await waitFor(answers, START_TIMEOUT_MS);
  if (!(await answers())) {
    const journal = await host.run("journalctl", [
      "--unit=docker",
      "--lines=12",
      "--no-pager",
      "--output=cat",
    ]);
    throw new UserError(
      `Docker's service does not start: ${stderr || "it does not answer"}\n${indent(journal.stdout)}\n` +
        "See: systemctl status docker; journalctl --unit=docker",
    );
  }
}

/** Runs dockerd in a session of its own, so that it outlives this command and its Ctrl-C. */
export async function startDetached(answers: AnswerCheck): Promise<void> {
  if (isProcess(pidIn(DOCKERD_PID_FILE), "dockerd") && (await waitFor(answers, START_TIMEOUT_MS))) return;
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
  let ended: string | undefined;
  void dockerd.then((result) => (ended = exitMessage(result)));

  const answered = await waitFor(async () => ended !== undefined || (await answers()), START_TIMEOUT_MS);
  if (!answered || ended !== undefined) {
    if (ended === undefined) dockerd.kill();
    throw new UserError(
      `dockerd does not start: ${ended ?? `no answer within ${START_TIMEOUT_MS / 1000} s`}\n${lastLines(log.path)}\nWhole output: ${log.path}`,
    );
  }
  if (dockerd.pid) writeStarted({ pid: dockerd.pid, startTime: startTimeOf(dockerd.pid) ?? "" });
}

export async function stopDockerd(): Promise<void> {
  const started = readStarted();
  if (!started) return;
  process.kill(started.pid, "SIGTERM");
  const gone = await waitFor(async () => startTimeOf(started.pid) !== started.startTime, STOP_TIMEOUT_MS);
  if (!gone) {
    throw new UserError(
      `dockerd (process ${started.pid}) does not end within ${STOP_TIMEOUT_MS / 1000} s. ` +
        `End it by hand: kill -9 ${started.pid}`,
    );
  }
  rmSync(startedFile(), { force: true });
}

/**
 * After a power cut or kill -9 these files name processes that are gone, or whose numbers others now have. Dockerd
 * believes them: it then refuses to start, or waits for a containerd that nobody runs.
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

/** Clock ticks from boot to the process's start; undefined when there is no such process, or only its zombie. */
function startTimeOf(pid: number): string | undefined {
  try {
    // The command's name, in brackets, may hold spaces: count from behind it.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ");
    return fields?.[0] === "Z" ? undefined : fields?.[19];
  } catch {
    return undefined;
  }
}

function readStarted(): Started | undefined {
  try {
    const started = JSON.parse(readFileSync(startedFile(), "utf8")) as Started;
    return startTimeOf(started.pid) === started.startTime ? started : undefined;
  } catch {
    return undefined;
  }
}

function writeStarted(started: Started): void {
  mkdirSync(join(startedFile(), ".."), { recursive: true });
  writeFileSync(startedFile(), JSON.stringify(started));
}
