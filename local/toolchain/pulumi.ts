import { existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { homedir } from "node:os";
import { basename, delimiter, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { PulumiCommand } from "@pulumi/pulumi/automation";
import { cacheDir, REPOSITORY } from "../paths";
import type { Report } from "../report";
import { nodePrograms, pulumi as pulumiProgram } from "./binaries";
import { type Artifact, ensureArtifact, hasArtifact } from "./cache";
import { DOWNLOAD_TIMEOUT_SECONDS, type Downloads, pulumiDownloads } from "./downloads";
import { compareVersions, dropGoCaches, goArtifact } from "./go";
import { type Host, thisHost } from "./host";
import { reportElapsed } from "./logged";
import { findPlugins, neededPlugins, standInFolder, versionOf } from "./plugins";

const OLDEST_PULUMI = "3.200.0";

export interface PulumiTools {
  /** Path of the CLI, always <root>/bin/pulumi, because the Automation API expects the root folder. */
  command: string;
  /** Environment variables for the CLI: PATH with the stand-ins, PULUMI_HOME. */
  env: Record<string, string>;
  /** Names of the plugins that are replaced by a stand-in. */
  standIns: string[];
}

/**
 * Finds the Pulumi CLI and the plugins of stack `local`. What is missing is downloaded; if that fails, it is built
 * or replaced.
 */
export async function ensurePulumi(
  report: Report,
  host: Host = thisHost,
  downloads: Downloads = pulumiDownloads,
): Promise<PulumiTools> {
  const command = await ensureCommand(report, host, downloads);
  const env = { PULUMI_HOME: pulumiHome(host), PULUMI_SKIP_UPDATE_CHECK: "true" };
  const run = (args: string[], timeoutSeconds: number) => host.run(command, args, { env, timeoutSeconds });
  const sources = await findPlugins(neededPlugins(), run, host, downloads, report);
  await dropGoCaches([...nodePrograms, pulumiProgram], report);
  const standIns = [...sources].filter(([, source]) => source === "stand-in").map(([name]) => name);
  if (standIns.length === 0) return { command, env, standIns };
  return {
    command,
    env: { ...env, PATH: standInFolder(standIns) + delimiter + (host.env.PATH ?? "") },
    standIns,
  };
}

async function ensureCommand(report: Report, host: Host, downloads: Downloads): Promise<string> {
  const users = await findUsersPulumi(report, host);
  if (users) return users;
  const built = goArtifact(pulumiProgram, report, host);
  const downloaded = downloadedPulumi(host, report);
  for (const [artifact, how] of [
    [downloaded, "downloaded"],
    [built, "built from Go sources"],
  ] as const) {
    if (!(await hasArtifact(artifact))) continue;
    const command = await ensureArtifact(artifact, report);
    report(`Pulumi CLI: previously ${how}, ${command}`);
    return command;
  }
  let problem = await downloads.problem();
  if (problem === undefined) {
    try {
      return await ensureArtifact(downloaded, report);
    } catch (error) {
      problem = `downloading the Pulumi CLI failed: ${(error as Error).message.split("\n")[0]}`;
      downloads.remember(problem);
    }
  }
  report(`Pulumi CLI: not on PATH and cannot be downloaded: ${problem}`);
  return ensureArtifact(built, report);
}

/** Returns the user's own CLI, unless it is too old for the Automation API and the plugins. */
export async function findUsersPulumi(report: Report, host: Host = thisHost): Promise<string | undefined> {
  const command = host.find("pulumi");
  if (!command) return undefined;
  const { exitCode, stdout, stderr } = await host.run(command, ["version"], {
    env: { PULUMI_SKIP_UPDATE_CHECK: "true" },
    timeoutSeconds: 30,
  });
  const version = stdout.trim().replace(/^v/, "");
  if (exitCode !== 0 || !/^\d+\.\d+/.test(version)) {
    report(
      `Pulumi CLI: ${command} does not report its version (${stderr.trim() || stdout.trim()}); not used`,
    );
    return undefined;
  }
  if (compareVersions(version, OLDEST_PULUMI) < 0) {
    report(`Pulumi CLI: ${command} is ${version}, older than ${OLDEST_PULUMI}; not used`);
    return undefined;
  }
  report(`Pulumi CLI: your ${version}, ${command}`);
  return inBinFolder(command);
}

/** Whether a CLI is available without a build or download. */
export async function havePulumi(host: Host): Promise<boolean> {
  const quiet = () => undefined;
  return (
    (await findUsersPulumi(quiet, host)) !== undefined ||
    (await hasArtifact(downloadedPulumi(host, quiet))) ||
    (await hasArtifact(goArtifact(pulumiProgram, quiet, host)))
  );
}

function inBinFolder(command: string): string {
  if (basename(dirname(command)) === "bin") return command;
  const link = join(REPOSITORY, ".local", "bin", "pulumi");
  mkdirSync(dirname(link), { recursive: true });
  rmSync(link, { force: true });
  symlinkSync(command, link);
  return link;
}

/** Returns the official release, in the version of @pulumi/pulumi. */
function downloadedPulumi(host: Host, report: Report): Artifact {
  const version = versionOf("@pulumi/pulumi");
  return {
    name: "pulumi-official",
    inputs: [version, host.arch],
    file: join("bin", "pulumi"),
    async make(root) {
      const what = `downloading the Pulumi CLI ${version}`;
      report(what);
      const stopReporting = reportElapsed(what, report);
      const timeout = sleep(DOWNLOAD_TIMEOUT_SECONDS * 1000, undefined, { ref: false }).then(() => {
        throw new Error(`timed out after ${DOWNLOAD_TIMEOUT_SECONDS} s`);
      });
      await Promise.race([PulumiCommand.install({ root }), timeout]).finally(stopReporting);
    },
  };
}

/**
 * Returns the user's Pulumi home, which holds their plugins. Without one, a folder in the cache, which `make clean`
 * removes.
 */
function pulumiHome({ env }: Host): string {
  const users = env.PULUMI_HOME ?? join(homedir(), ".pulumi");
  return env.PULUMI_HOME !== undefined || existsSync(users) ? users : join(cacheDir(), "pulumi-home");
}
