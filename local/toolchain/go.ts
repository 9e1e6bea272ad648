import { createHash, randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../operate/errors";
import { cacheDir } from "../paths";
import type { Report } from "../report";
import { type Artifact, hasArtifact } from "./cache";
import { diskProblem } from "./disk";
import { isDebian } from "./dockerInstall";
import { type Host, thisHost } from "./host";
import { tryLock, withLock } from "./lock";
import { elapsed, runLogged } from "./logged";

/** A program that is built from Go modules; its go.mod and go.sum pin every source. */
export interface GoProgram {
  name: string;
  /** What it is, for people. */
  title: string;
  /** The folder of its go.mod, under go/. */
  module: string;
  package: string;
  /** Where the program goes inside its artifact's folder, when not by its name. */
  file?: string;
  /** Variables that the linker sets, by their full name. */
  variables?: Record<string, string>;
  /** On two cores with nothing in Go's caches. */
  minutes: number;
}

const SOURCES = join(__dirname, "go");

/** Modules and build cache of all four programs together, and the binaries. */
export const GO_BUILD_GB = 7;

/** From this version on Go gets itself a newer one where GOTOOLCHAIN lets it; Debian's package sets that to local. */
const OLDEST_GO_THAT_FETCHES = "1.21";
const FETCHING = "GOTOOLCHAIN=auto";

/** Marks caches that are on their way out. */
const REMOVING = ".removing-";

const goCaches = (): string => join(cacheDir(), "go");

export function goArtifact(program: GoProgram, report: Report, host: Host = thisHost): Artifact {
  return {
    name: program.name,
    file: fileOf(program),
    inputs: [
      sourceHash(join(SOURCES, program.module)),
      ...buildArguments(program),
      program.package,
      goArch(host),
    ],
    make: (folder) => build(program, folder, report, host),
  };
}

/** One build at a time: several would only fight for the same cores, and Go's caches must not vanish under one. */
async function build(program: GoProgram, folder: string, report: Report, host: Host): Promise<void> {
  const problem =
    (await goProblem([program], host)) ??
    (await diskProblem(cacheDir(), neededGb(), "building from Go sources"));
  if (problem) throw new UserError(problem);
  await withLock(goCaches(), "another build from Go sources", report, async () => {
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
    const options = { cwd: join(SOURCES, program.module), env: goEnvironment(host) };
    await runLogged(`building ${program.name}`, "go", args, options, report);
    report(`built ${program.title} in ${elapsed(Date.now() - started)}`);
  });
}

const fileOf = ({ name, file }: GoProgram): string => file ?? name;

function buildArguments({ variables }: GoProgram): string[] {
  const set = Object.entries(variables ?? {}).map(([name, value]) => `-X ${name}=${value}`);
  // Without debug information, which -s and -w would throw away anyway: that saves time and a third of the space.
  return ["-trimpath", "-gcflags=all=-dwarf=false", "-ldflags", ["-s", "-w", ...set].join(" ")];
}

function goEnvironment(host: Host): Record<string, string> {
  return {
    CGO_ENABLED: "0",
    GOOS: "linux",
    GOARCH: goArch(host),
    GOWORK: "off",
    // Writable modules can be removed like any other folder. No VCS stamp: it would differ with every commit of ours.
    GOFLAGS: "-mod=readonly -modcacherw -buildvcs=false",
    GOMODCACHE: join(goCaches(), "mod"),
    GOCACHE: join(goCaches(), "build"),
  };
}

function goArch(host: Host): string {
  return host.arch === "x64" ? "amd64" : host.arch;
}

/** Why these programs cannot be built here; undefined when they can. */
export async function goProblem(programs: GoProgram[], host: Host = thisHost): Promise<string | undefined> {
  const names = programs.map(({ title }) => title).join(", ");
  const needed = programs.map(goVersionOf).sort(compareVersions).at(-1) ?? "1";
  // Outside of any module, or Go would at once switch to (and download) the version that the module asks for.
  const { exitCode, stdout } = await host.run("go", ["env", "GOVERSION", "GOTOOLCHAIN"], { cwd: tmpdir() });
  if (exitCode !== 0) {
    return `Go is not installed, and ${names} must be built from source. ${installGo(needed, host)}`;
  }
  const [version = "", toolchain = ""] = stdout.split("\n");
  const found = version.replace(/^go/, "");
  if (compareVersions(found, needed) >= 0) return undefined;
  const canFetch = compareVersions(found, OLDEST_GO_THAT_FETCHES) >= 0;
  if (canFetch && toolchain !== "local") return undefined;
  const remedy = canFetch ? `Let it fetch a newer one: ${FETCHING} make up` : installGo(needed, host);
  return `Go ${found} is too old: ${names} needs Go ${needed} or later to be built. ${remedy}`;
}

function installGo(needed: string, host: Host): string {
  const fromSite = `Install Go ${needed} or later: https://go.dev/dl/`;
  if (!isDebian(host)) return fromSite;
  const install = `${host.isRoot ? "" : "sudo "}apt-get install golang-go`;
  return `${fromSite}, or a Go of at least ${OLDEST_GO_THAT_FETCHES} that fetches it: ${install}; ${FETCHING} make up`;
}

function goVersionOf({ module }: GoProgram): string {
  return /^go (\S+)/m.exec(readFileSync(join(SOURCES, module, "go.mod"), "utf8"))?.[1] ?? "1";
}

export function compareVersions(left: string, right: string): number {
  return left.localeCompare(right, "en", { numeric: true });
}

/** Removes Go's caches, several gigabytes, once none of these programs is left to build. */
export async function dropGoCaches(programs: GoProgram[], report: Report): Promise<void> {
  const present = await Promise.all(programs.map((program) => hasArtifact(goArtifact(program, report))));
  if (present.includes(false)) return;
  if (existsSync(goCaches())) {
    const release = await tryLock(goCaches());
    if (!release) return; // another process builds with them, and removes them afterwards
    // At once out of the way: Go takes a module of which half is gone for a whole one.
    await rename(goCaches(), `${goCaches()}${REMOVING}${randomUUID()}`).finally(release);
  }
  const leftovers = readdirSync(cacheDir()).filter((name) => name.startsWith(`go${REMOVING}`));
  if (leftovers.length === 0) return;
  report("removing Go's caches: everything is built");
  const options = { recursive: true, force: true };
  // Not worth an error: two runs may remove the same one, and the next tries again.
  await Promise.all(leftovers.map((name) => rm(join(cacheDir(), name), options).catch(() => undefined)));
}

/** Less is missing when an interrupted build has left its caches, but how much nobody knows. */
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
