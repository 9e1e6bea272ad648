import { createHash, randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { UserError } from "../../operate/errors";
import { cacheDir } from "../paths";
import type { Report } from "../report";
import { type Artifact, hasArtifact } from "./cache";
import { diskProblem } from "./disk";
import { isDebian } from "./dockerInstall";
import { type Host, thisHost } from "./host";
import { tryLock, withLock } from "./lock";
import { elapsed, runLogged } from "./logged";

/** A program built from Go modules. Its go.mod and go.sum pin all sources. */
export interface GoProgram {
  name: string;
  /** Name shown to the user. */
  title: string;
  /** Folder of its go.mod: a path, or a name in go/. */
  module: string;
  package: string;
  /** Path of the program in its artifact's folder. Default: its name. */
  file?: string;
  /** Values that the linker assigns to variables, by full variable name. */
  variables?: Record<string, string>;
  /** Build time on two cores with empty Go caches, in minutes. */
  minutes: number;
}

const SOURCES = join(__dirname, "go");

/** Disk space for the modules, build cache and binaries of all four programs. */
export const GO_BUILD_GB = 7;

/** Since this version Go downloads a newer toolchain if GOTOOLCHAIN allows it. Debian's package sets it to local. */
const OLDEST_GO_WITH_DOWNLOAD = "1.21";
const ALLOW_DOWNLOAD = "GOTOOLCHAIN=auto";

/** Part of the name of Go caches that are being removed. */
const REMOVING = ".removing-";

const goCaches = (): string => join(cacheDir(), "go");

export function goArtifact(program: GoProgram, report: Report, host: Host = thisHost): Artifact {
  return {
    name: program.name,
    file: fileOf(program),
    inputs: [
      sourceHash(resolve(SOURCES, program.module)),
      ...buildArguments(program),
      program.package,
      goArch(host),
    ],
    make: (folder) => build(program, folder, report, host),
  };
}

/**
 * Runs one build at a time, because builds use all cores and share Go's caches, which must not be removed meanwhile.
 */
async function build(program: GoProgram, folder: string, report: Report, host: Host): Promise<void> {
  const problem =
    (await goProblem([program], host)) ??
    (await diskProblem(cacheDir(), neededGb(), "building from Go sources"));
  if (problem) throw new UserError(problem);
  await withLock(goCaches(), "building from Go sources", report, async () => {
    const started = Date.now();
    report(`building ${program.title} from Go sources (once; about ${program.minutes} min on 2 cores)`);
    const args = [
      "build",
      "-v",
      ...buildArguments(program),
      "-o",
      join(folder, fileOf(program)),
      program.package,
    ];
    const options = { cwd: resolve(SOURCES, program.module), env: goEnvironment(host) };
    await runLogged(`building ${program.name}`, "go", args, options, report);
    report(`built ${program.title} in ${elapsed(Date.now() - started)}`);
  });
}

const fileOf = ({ name, file }: GoProgram): string => file ?? name;

function buildArguments({ variables }: GoProgram): string[] {
  const set = Object.entries(variables ?? {}).map(([name, value]) => `-X ${name}=${value}`);
  // No debug information: -s and -w would drop it anyway, and generating it takes time and a third of the disk space.
  return ["-trimpath", "-gcflags=all=-dwarf=false", "-ldflags", ["-s", "-w", ...set].join(" ")];
}

function goEnvironment(host: Host): Record<string, string> {
  return {
    CGO_ENABLED: "0",
    GOOS: "linux",
    GOARCH: goArch(host),
    GOWORK: "off",
    // -modcacherw lets the cache be deleted like any other folder. A VCS stamp would change the binary with every
    // commit.
    GOFLAGS: "-mod=readonly -modcacherw -buildvcs=false",
    GOMODCACHE: join(goCaches(), "mod"),
    GOCACHE: join(goCaches(), "build"),
  };
}

function goArch(host: Host): string {
  return host.arch === "x64" ? "amd64" : host.arch;
}

/** Returns why these programs cannot be built on this machine; undefined if they can. */
export async function goProblem(programs: GoProgram[], host: Host = thisHost): Promise<string | undefined> {
  const names = programs.map(({ title }) => title).join(", ");
  const needed = programs.map(goVersionOf).sort(compareVersions).at(-1) ?? "1";
  // Runs outside of any module. In one, Go would immediately download the version that the module requires.
  const { exitCode, stdout } = await host.run("go", ["env", "GOVERSION", "GOTOOLCHAIN"], { cwd: tmpdir() });
  if (exitCode !== 0) {
    return `Go is not installed, and ${names} must be built from source. ${installGo(needed, host)}`;
  }
  const [version = "", toolchain = ""] = stdout.split("\n");
  const found = version.replace(/^go/, "");
  if (compareVersions(found, needed) >= 0) return undefined;
  const canDownload = compareVersions(found, OLDEST_GO_WITH_DOWNLOAD) >= 0;
  if (canDownload && toolchain !== "local") return undefined;
  const remedy = canDownload
    ? `Let it download a newer one: ${ALLOW_DOWNLOAD} make up`
    : installGo(needed, host);
  return `Go ${found} is too old: building ${names} requires Go ${needed} or later. ${remedy}`;
}

function installGo(needed: string, host: Host): string {
  const fromSite = `Install Go ${needed} or later: https://go.dev/dl/`;
  if (!isDebian(host)) return fromSite;
  const install = `${host.isRoot ? "" : "sudo "}apt-get install golang-go`;
  return `${fromSite}, or Go ${OLDEST_GO_WITH_DOWNLOAD} or later, which can download it: ${install}; ${ALLOW_DOWNLOAD} make up`;
}

function goVersionOf({ module }: GoProgram): string {
  return /^go (\S+)/m.exec(readFileSync(resolve(SOURCES, module, "go.mod"), "utf8"))?.[1] ?? "1";
}

export function compareVersions(left: string, right: string): number {
  return left.localeCompare(right, "en", { numeric: true });
}

/** Removes Go's caches, which take several gigabytes, when all these programs are built. */
export async function dropGoCaches(programs: GoProgram[], report: Report): Promise<void> {
  const present = await Promise.all(programs.map((program) => hasArtifact(goArtifact(program, report))));
  if (present.includes(false)) return;
  if (existsSync(goCaches())) {
    const release = await tryLock(goCaches());
    if (!release) return; // another process is using them, and removes them afterwards
    // Renamed first, because Go takes a partially removed module for a complete one.
    await rename(goCaches(), `${goCaches()}${REMOVING}${randomUUID()}`).finally(release);
  }
  const leftovers = readdirSync(cacheDir()).filter((name) => name.startsWith(`go${REMOVING}`));
  if (leftovers.length === 0) return;
  report("removing Go's caches, because everything is built");
  const options = { recursive: true, force: true };
  // Errors are ignored: another run may be removing the same folder, and the next run tries again.
  await Promise.all(leftovers.map((name) => rm(join(cacheDir(), name), options).catch(() => undefined)));
}

/** Required disk space. An estimate if an interrupted build has left part of the caches. */
function neededGb(): number {
  return existsSync(goCaches()) ? GO_BUILD_GB / 4 : GO_BUILD_GB;
}

function sourceHash(folder: string): string {
  const hash = createHash("sha256");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  for (const file of files.filter((name) => /\.(go|mod|sum)$/.test(name)).sort()) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(folder, file)))
      .update("\0");
  }
  return hash.digest("hex");
}
