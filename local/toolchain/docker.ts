import { userInfo } from "node:os";
import { UserError } from "../../operate/errors";
import { cacheDir, PREFIX } from "../paths";
import type { Report } from "../report";
import { join } from "node:path";
import { installDocker, installCommand } from "./dockerInstall";
import { startDetached, startWithSystemd, stopDockerd, isStartedHere } from "./dockerd";
import { type Host, thisHost } from "./host";
import { withLock } from "./lock";
import { lastLine } from "./logged";

/** What has to happen before Docker can be used. */
export type DockerPlan =
  | { step: "use" }
  | { step: "start"; how: "systemd" | "detached" }
  | { step: "install" }
  | { step: "ask"; problem: string };

/** Finds out how this machine gets to a Docker that answers; changes nothing. */
export async function planDocker(host: Host = thisHost): Promise<DockerPlan> {
  const client = host.find("docker");
  const answer = client ? await askServer(host) : undefined;
  if (answer === "") return { step: "use" };

  if (answer !== undefined && host.env.DOCKER_HOST) {
    return ask(
      `Docker at DOCKER_HOST=${host.env.DOCKER_HOST} does not answer (${answer}). Start it, or unset DOCKER_HOST.`,
    );
  }
  const installed = client && host.find("dockerd");
  if (installed && host.isRoot) return { step: "start", how: host.hasSystemd ? "systemd" : "detached" };
  if (answer !== undefined && /permission denied/i.test(answer)) {
    return ask(
      `The user ${userInfo().username} may not use Docker (${answer}). ` +
        `Add it to Docker's group and log in again: sudo usermod --append --groups docker ${userInfo().username}`,
    );
  }
  if (installed) {
    const start = host.hasSystemd ? "sudo systemctl start docker" : "sudo dockerd";
    return ask(`Docker is installed but does not answer (${answer}). Start it: ${start}`);
  }
  const command = installCommand(host);
  if (host.isRoot && command) return { step: "install" };
  const how = command ? `Install it: ${command}` : "Install it: https://docs.docker.com/engine/install/";
  return ask(
    `${client ? "The docker command is here, but no Docker engine answers" : "Docker is not installed"}. ${how}`,
  );
}

/** Uses a Docker that answers; else starts the installed one, or installs it where that is possible. */
export async function ensureDocker(report: Report, host: Host = thisHost): Promise<void> {
  if ((await planDocker(host)).step === "use") return;
  await withLock(join(cacheDir(), "docker"), "starting Docker", report, async () => {
    let plan = await planDocker(host);
    if (plan.step === "install") {
      await installDocker(host, report);
      plan = await planDocker(host); // the package may have started it
    }
    if (plan.step === "start") {
      report(plan.how === "systemd" ? "starting Docker: systemctl start docker" : "starting dockerd");
      const answers = async () => (await askServer(host)) === "";
      await (plan.how === "systemd" ? startWithSystemd(host, answers) : startDetached(answers));
      report("Docker runs");
    } else if (plan.step !== "use") {
      throw new UserError(
        plan.step === "ask" ? plan.problem : "Docker was installed, but cannot be found on PATH.",
      );
    }
  });
}

/** For taking things away: starts an installed Docker, but installs none. False: there is no Docker, and so nothing of ours in it. */
export async function startDocker(report: Report, host: Host = thisHost): Promise<boolean> {
  if ((await planDocker(host)).step === "install") return false;
  await ensureDocker(report, host);
  return true;
}

/** Stops the Docker that ensureDocker started, unless something still runs in it. */
export async function stopDockerIfOurs(report: Report, host: Host = thisHost): Promise<void> {
  if (!isStartedHere()) return;
  const ours = await host.run("docker", ["ps", "--all", "--quiet", "--filter", `label=${PREFIX}.cluster`]);
  const running = await host.run("docker", ["ps", "--quiet"]);
  if (ours.stdout !== "" || running.stdout !== "") {
    report("Docker goes on running: there are containers in it");
    return;
  }
  report("stopping Docker, which was started here");
  await stopDockerd();
}

/** Empty when the engine answers; else what the client says about it. */
async function askServer(host: Host): Promise<string> {
  const { exitCode, stderr } = await host.run("docker", ["version", "--format={{.Server.Version}}"], {
    timeoutSeconds: 20,
  });
  if (exitCode === 0) return "";
  return lastLine(stderr) || "no answer within 20 s";
}

function ask(problem: string): DockerPlan {
  return { step: "ask", problem };
}
