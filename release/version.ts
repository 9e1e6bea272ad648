import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../operate/errors";
import { ROOT } from "./repository";

/** A file that contains the version, and where. */
export interface Place {
  file: string;
  /** Matches every occurrence: the text before the version, the version, and the text after it. */
  pattern: RegExp;
  /** Spelling of the version in this file. Default: as it is. */
  spell?: (version: string) => string;
}

/** SemVer; a prerelease is alpha, beta or rc with a number, the only ones that Python can express, too. */
const VERSION = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-(alpha|beta|rc)\.(0|[1-9]\d*))?$/;

/** Whether a text is a version that can be released. */
export const isVersion = (text: string): boolean => VERSION.test(text);

/** Whether a version is a prerelease, which must not become the default of npm and of the images. */
export const isPrerelease = (version: string): boolean => version.includes("-");

/** Spelling of a version in Python's packages (PEP 440): 1.2.0-rc.1 is 1.2.0rc1. */
export function pythonVersion(version: string): string {
  return version.replace(/-(alpha|beta|rc)\.(\d+)$/, (_, kind: string, number: string) =>
    kind === "rc" ? `rc${number}` : `${kind.charAt(0)}${number}`,
  );
}

const MANIFEST = /^( {2}"version": ")([^"]+)(")/gm;
const DEPENDENCY = /("ha-celery": "\^)([^"]+)(")/g;
const TARBALL = /(\bha-celery-)(\d[\w.-]*?)(\.tgz\b)/g;

/** Every place of the version. The first is the source, the others follow it. */
export function places(root = ROOT): Place[] {
  const examples = readdirSync(join(root, "examples"), { recursive: true, encoding: "utf8" })
    .filter((file) => /(^|\/)package\.json$/.test(file) && !file.includes("node_modules"))
    .map((file) => ({ file: join("examples", file), pattern: DEPENDENCY }));
  return [
    { file: "package.json", pattern: MANIFEST },
    // The lockfile repeats it for the package of the root folder.
    {
      file: "package-lock.json",
      pattern: /^((?: {2}| {6})"version": ")([^"]+)(",\n(?: {2}"lockfile| {6}"license))/gm,
    },
    { file: "components/package.json", pattern: MANIFEST },
    { file: "policy/package.json", pattern: MANIFEST },
    { file: "docker/worker/pyproject.toml", pattern: /^(version = ")([^"]+)(")/gm, spell: pythonVersion },
    ...examples,
    { file: "docs/how-to/django.md", pattern: TARBALL },
    { file: "docs/how-to/importing.md", pattern: TARBALL },
  ];
}

/** Returns the version of the repository. */
export function currentVersion(root = ROOT): string {
  return (JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string }).version;
}

/** Returns what is wrong with the places of the version, one sentence each. */
export function versionProblems(root = ROOT): string[] {
  const version = currentVersion(root);
  return places(root).flatMap(({ file, pattern, spell = String }) => {
    const found = [...readFileSync(join(root, file), "utf8").matchAll(pattern)].map(
      ([, , text = ""]) => text,
    );
    if (found.length === 0) return [`${file} does not contain the version.`];
    return found
      .filter((text) => text !== spell(version))
      .map((text) => `${file} has version ${text}, but package.json has ${version}.`);
  });
}

/** Writes a version to every place. */
export function writeVersion(version: string, root = ROOT): void {
  if (!isVersion(version))
    throw new UserError(
      `"${version}" is not a version. Write 1.2.3, or 1.2.3-rc.1 (alpha, beta, rc) for a prerelease.`,
    );
  for (const { file, pattern, spell = String } of places(root)) {
    const path = join(root, file);
    const replaced = readFileSync(path, "utf8").replace(
      pattern,
      (_, before: string, __, after: string) => before + spell(version) + after,
    );
    writeFileSync(path, replaced);
  }
}
