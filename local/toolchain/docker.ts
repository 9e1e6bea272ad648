import { userInfo } from "node:os";
import { UserError } from "../../operate/errors";
import { cacheDir, PREFIX } from "../paths";
import type { Report } from "../report";
import { join } from "node:path";
import { installDocker, installCommand } from "./dockerInstall";
import { startDetached, startWithSystemd, stopDockerd, isStartedHere } from "./dockerd";
import { addUser, otherUsers, removeUser } from "./dockerUsers";
import { type Host, thisHost } from "./host";
import { withLock } from "./lock";
import { lastLine } from "./logged";

/** The step that makes Docker usable. */
export type DockerPlan =
  | { step: "use" }
  | { step: "start"; how: "systemd" | "detached" }
  | { step: "install" }
  | { step: "blocked"; problem: string };

/** Determines how to get a working Docker on this machine, without changing anything. */
export async function planDocker(host: Host = thisHost): Promise<DockerPlan> {
  const client = host.find("docker");
  const failure = client ? await checkServer(host) : undefined;
  if (failure === "") return { step: "use" };

  if (failure !== undefined && host.env.DOCKER_HOST) {
    return blocked(
      `Docker at DOCKER_HOST=${host.env.DOCKER_HOST} does not respond (${failure}). Start it, or unset DOCKER_HOST.`,
    );
  }
  const installed = client && host.find("dockerd");
  if (installed && host.isRoot) return { step: "start", how: host.hasSystemd ? "systemd" : "detached" };
  if (failure !== undefined && /permission denied/i.test(failure)) {
    return blocked(
      `The user ${userInfo().username} has no permission to use Docker (${failure}). ` +
        `Add the user to the docker group and log in again: sudo usermod --append --groups docker ${userInfo().username}`,
    );
  }
  if (installed) {
    const start = host.hasSystemd ? "sudo systemctl start docker" : "sudo dockerd";
    return blocked(`Docker is installed but does not respond (${failure}). Start it: ${start}`);
  }
  const command = installCommand(host);
  if (host.isRoot && command) return { step: "install" };
  const how = command ? `Install it: ${command}` : "Install it: https://docs.docker.com/engine/install/";
  return blocked(
    `${client ? "The docker command is installed, but no Docker engine responds" : "Docker is not installed"}. ${how}`,
  );
}

/**
 * Uses a running Docker. Otherwise starts the installed one, or installs Docker where that is possible. No command
 * stops it before this process calls `stopDockerIfOurs`, or has ended.
 */
export async function ensureDocker(report: Report, host: Host = thisHost): Promise<void> {
  await withDockerLock(report, async () => {
    await start(report, host);
    addUser();
  });
}

async function start(report: Report, host: Host): Promise<void> {
  let plan = await planDocker(host);
  if (plan.step === "install") {
    await installDocker(host, report);
    plan = await planDocker(host); // the package may have started Docker
  }
  if (plan.step === "start") {
    report(plan.how === "systemd" ? "starting Docker: systemctl start docker" : "starting dockerd");
    const isUp = async () => (await checkServer(host)) === "";
    await (plan.how === "systemd" ? startWithSystemd(host, isUp) : startDetached(isUp));
    report("Docker is running");
  } else if (plan.step !== "use") {
    throw new UserError(
      plan.step === "blocked"
        ? plan.problem
        : "Docker was installed, but the docker command is not on PATH. Add its folder to PATH.",
    );
  }
}

/**
 * Starts Docker if it is installed, to remove objects from it. Returns false if it is not: then there is nothing to
 * remove.
 */
export async function startDocker(report: Report, host: Host = thisHost): Promise<boolean> {
  if ((await planDocker(host)).step === "install") return false;
  await ensureDocker(report, host);
  return true;
}

/** Stops Docker if ensureDocker started it, no other process uses it, and no containers are left in it. */
export async function stopDockerIfOurs(report: Report, host: Host = thisHost): Promise<void> {
  if (!isStartedHere()) return;
  await withDockerLock(report, async () => {
    removeUser();
    const use = await useOfDocker(host);
    if (use) return report(`Docker keeps running, because ${use}`);
    report("stopping Docker, which make up started");
    await stopDockerd();
  });
}

/** Returns what Docker is used for; undefined if it is not used. */
async function useOfDocker(host: Host): Promise<string | undefined> {
  const users = otherUsers();
  if (users.length > 0) return `other commands use it (process ${users.join(", ")})`;
  const clusters = await host.run("docker", ["ps", "--all", "--quiet", `--filter=label=${PREFIX}.cluster`]);
  const running = await host.run("docker", ["ps", "--quiet"]);
  const failed = [clusters, running].find(({ exitCode }) => exitCode !== 0);
  if (failed) return `its containers cannot be listed (${lastLine(failed.stderr)})`;
  return clusters.stdout || running.stdout ? "there are containers in it" : undefined;
}

/** Runs `work` while no other command starts or stops Docker. */
function withDockerLock(report: Report, work: () => Promise<void>): Promise<void> {
  return withLock(join(cacheDir(), "docker"), "starting or stopping Docker", report, work);
}

/** Returns an empty string if the engine responds, otherwise the client's error message. */
async function checkServer(host: Host): Promise<string> {
  const { exitCode, stderr } = await host.run("docker", ["version", "--format={{.Server.Version}}"], {
    timeoutSeconds: 20,
  });
  if (exitCode === 0) return "";
  return lastLine(stderr) || "no response within 20 s";
}

function blocked(problem: string): DockerPlan {
  return { step: "blocked", problem };
}
