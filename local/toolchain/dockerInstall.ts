import { join } from "node:path";
import { UserError } from "../../operate/errors";
import type { Report } from "../report";
import type { Host } from "./host";
import { indent, runLogged } from "./logged";

/** Runs apt-get as soon as no other one runs. */
export const APT = join(__dirname, "apt");

/** Returns the command that installs Docker on this machine; undefined if none is known. */
export function installCommand(host: Host): string | undefined {
  if (!isDebian(host) || !host.find("apt-get")) return undefined;
  return `${host.isRoot ? "" : "sudo "}apt-get install docker.io`;
}

export async function installDocker(host: Host, report: Report): Promise<void> {
  report("installing Docker: apt-get install docker.io");
  await runLogged("apt-get update", APT, ["update"], {}, report);
  const packages = ["docker.io", ...(await clientPackage(host))];
  const options = ["install", "--yes", "--no-install-recommends"];
  await runLogged("installing Docker", APT, [...options, ...packages], {}, report);
}

/** Since Debian 13 the docker command is a separate package. Before, and on Ubuntu, it is part of docker.io. */
async function clientPackage(host: Host): Promise<string[]> {
  const { exitCode, stdout, stderr } = await host.run("apt-cache", ["policy", "docker-cli"]);
  if (exitCode !== 0) throw new UserError(`apt-cache failed:\n${indent(stderr)}`);
  return /Candidate: (?!\(none\))/.test(stdout) ? ["docker-cli"] : [];
}

export function isDebian(host: Host): boolean {
  return host.distributions.includes("debian") || host.distributions.includes("ubuntu");
}
