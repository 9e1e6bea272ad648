import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../operate/errors";
import { REPOSITORY } from "../paths";
import type { Report } from "../report";
import { DOWNLOAD_TIMEOUT_SECONDS, type Downloads } from "./downloads";
import { type Host, isExecutable } from "./host";
import { lastLine, reportElapsed } from "./logged";

export interface Plugin {
  name: string;
  version: string;
}

/** Source of a plugin. */
export type PluginSource = "PATH" | "installed" | "downloaded" | "stand-in";

/** Returns the provider plugins of stack `local`, in the versions of their npm packages. */
export function neededPlugins(): Plugin[] {
  return ["kubernetes", "docker", "random", "tls"].map((name) => ({
    name,
    version: versionOf(`@pulumi/${name}`),
  }));
}

/** Returns the installed version of an npm package. */
export function versionOf(npmPackage: string): string {
  const manifest = readFileSync(join(REPOSITORY, "node_modules", npmPackage, "package.json"), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

/** Determines the source of each plugin: PATH, installed, downloaded now, or, if all of these fail, a stand-in. */
export async function findPlugins(
  plugins: Plugin[],
  pulumi: (args: string[], timeoutSeconds: number) => ReturnType<Host["run"]>,
  host: Host,
  downloads: Downloads,
  report: Report,
): Promise<Map<string, PluginSource>> {
  const installed = await listInstalled(pulumi);
  const sources = new Map<string, PluginSource>();
  for (const { name, version } of plugins) {
    if (host.find(executable(name))) sources.set(name, "PATH");
    else if (installed.has(`${name} ${version}`)) sources.set(name, "installed");
  }
  const missing = plugins.filter(({ name }) => !sources.has(name));
  let problem = missing.length > 0 ? await downloads.problem() : undefined;
  for (const plugin of missing) {
    if (problem === undefined) {
      problem = await download(plugin, pulumi, report);
      if (problem !== undefined) downloads.remember(problem);
    }
    if (problem !== undefined) requireStandIn(plugin, problem);
    sources.set(plugin.name, problem === undefined ? "downloaded" : "stand-in");
  }
  report(describe(plugins, sources, problem));
  return sources;
}

function requireStandIn({ name, version }: Plugin, problem: string): void {
  if (isExecutable(standInOf(name))) return;
  throw new UserError(
    `The Pulumi plugin ${name} ${version} is not installed and cannot be downloaded: ${problem}. ` +
      `Its stand-in ${standInOf(name)} is missing, too. ` +
      `With internet access, run: pulumi plugin install resource ${name} ${version}`,
  );
}

function describe(
  plugins: Plugin[],
  sources: Map<string, PluginSource>,
  problem: string | undefined,
): string {
  const list = (isStandIn: boolean) =>
    plugins
      .filter(({ name }) => (sources.get(name) === "stand-in") === isStandIn)
      .map(({ name, version }) => `${name} ${version}`)
      .join(", ");
  const official = list(false) && `Pulumi plugins: official ${list(false)}`;
  const standIns =
    list(true) && `stand-ins (local/providers) for the Pulumi plugins ${list(true)}: ${problem}`;
  return [official, standIns].filter(Boolean).join("; ");
}

type RunPulumi = Parameters<typeof findPlugins>[1];

async function listInstalled(pulumi: RunPulumi): Promise<Set<string>> {
  const { exitCode, stdout } = await pulumi(["plugin", "ls", "--json"], 30);
  if (exitCode !== 0) return new Set();
  const plugins = JSON.parse(stdout) as { name: string; kind: string; version: string }[];
  return new Set(
    plugins.filter(({ kind }) => kind === "resource").map(({ name, version }) => `${name} ${version}`),
  );
}

/** Returns the error message; undefined if the plugin was installed. */
async function download(
  { name, version }: Plugin,
  pulumi: RunPulumi,
  report: Report,
): Promise<string | undefined> {
  const what = `downloading the Pulumi plugin ${name} ${version}`;
  report(what);
  const stopReporting = reportElapsed(what, report);
  const { exitCode, stderr } = await pulumi(
    ["plugin", "install", "resource", name, version],
    DOWNLOAD_TIMEOUT_SECONDS,
  );
  stopReporting();
  return exitCode === 0 ? undefined : `${what} failed: ${lastLine(stderr)}`;
}

/**
 * Returns a folder for PATH with these stand-ins only, because the engine prefers plugins on PATH to installed ones.
 */
export function standInFolder(names: string[]): string {
  const folder = join(REPOSITORY, ".local", "stand-ins", names.join("+"));
  mkdirSync(folder, { recursive: true });
  for (const name of names) {
    const file = join(folder, executable(name));
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, `#!/bin/sh\nexec '${standInOf(name).replaceAll("'", "'\\''")}' "$@"\n`);
    chmodSync(draft, 0o755);
    renameSync(draft, file);
  }
  return folder;
}

const executable = (name: string): string => `pulumi-resource-${name}`;
const standInOf = (name: string): string => join(REPOSITORY, "local", "providers", "bin", executable(name));
