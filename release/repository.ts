import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../operate/errors";

/** Folder of this repository. */
export const ROOT = join(__dirname, "..");

/** Owner in `repository` of package.json until `npm run release -- owner NAME` names the real one. */
export const PLACEHOLDER = "OWNER";

const NAME = "ha-celery";

/** Addresses of the repository and its images. The owner is the second group. */
const ADDRESS = new RegExp(
  `(\\bgithub\\.com/|\\bghcr\\.io/|--repo )([A-Za-z0-9][A-Za-z0-9-]*)(?=/${NAME}(?![\\w-]))`,
  "g",
);

/** Returns the owner of the repository on GitHub: a user or an organization, from `repository` of package.json. */
export function ownerOf(root = ROOT): string {
  const { repository } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    repository: { url: string };
  };
  const owner = new RegExp(`^git\\+https://github\\.com/([^/]+)/${NAME}\\.git$`).exec(repository.url)?.[1];
  if (owner === undefined)
    throw new UserError(
      `repository.url of package.json is "${repository.url}", but npm's provenance requires git+https://github.com/OWNER/${NAME}.git.`,
    );
  return owner;
}

/** Returns the owners that a text names in addresses of the repository, in the order of the text. */
export function ownersIn(text: string): string[] {
  return [...text.matchAll(ADDRESS)].map(([, , owner = ""]) => owner);
}

/** Replaces the owner in all addresses of the repository. Names of images must be in lower case. */
export function withOwner(text: string, owner: string): string {
  return text.replace(ADDRESS, (_, host: string) => host + ownerAt(host, owner));
}

const ownerAt = (host: string, owner: string): string =>
  host === "ghcr.io/" && owner !== PLACEHOLDER ? owner.toLowerCase() : owner;

/** Files of the repository, without tests, which need no address. */
export function trackedFiles(root = ROOT): string[] {
  const files = execFileSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" }).split("\0");
  return files.filter(
    (file) => /\.(json|md|toml|ya?ml|py|go|mod|ts)$/.test(file) && !file.startsWith("tests/"),
  );
}

/** Writes the owner everywhere. Returns the files that changed. */
export function writeOwner(owner: string, root = ROOT): string[] {
  if (!/^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$/.test(owner))
    throw new UserError(
      `"${owner}" is no user or organization of GitHub: letters, digits, and single hyphens.`,
    );
  return trackedFiles(root).filter((file) => {
    const path = join(root, file);
    const before = readFileSync(path, "utf8");
    const after = withOwner(before, owner);
    if (after !== before) writeFileSync(path, after);
    return after !== before;
  });
}
