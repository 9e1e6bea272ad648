import { createHash, type Hash } from "node:crypto";
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { IgnoreRules } from "./ignore";

/**
 * Returns a digest of everything that a build reads from disk: the Dockerfile, and the context's names, modes and
 * contents.
 */
export function contextDigest(directory: string, dockerfile: string): string {
  const hash = createHash("sha256");
  hash.update("Dockerfile\0").update(readFileSync(dockerfile)).update("\0");
  addFolder(hash, directory, "", ignoreRules(directory, dockerfile));
  return hash.digest("hex");
}

function ignoreRules(directory: string, dockerfile: string): IgnoreRules {
  const file = [`${dockerfile}.dockerignore`, join(directory, ".dockerignore")].find(existsSync);
  return new IgnoreRules(file ? readFileSync(file, "utf8") : "");
}

function addFolder(hash: Hash, directory: string, inside: string, rules: IgnoreRules): void {
  for (const name of readdirSync(join(directory, inside)).sort()) {
    const path = inside ? `${inside}/${name}` : name;
    const full = join(directory, path);
    const stat = lstatSync(full);
    const excluded = rules.excludes(path);
    if (stat.isDirectory()) {
      if (!excluded || rules.hasExceptions) addFolder(hash, directory, path, rules);
    } else if (!excluded) {
      hash.update(`${path}\0${(stat.mode & 0o777).toString(8)}\0`);
      if (stat.isSymbolicLink()) hash.update(readlinkSync(full));
      else if (stat.isFile()) hash.update(readFileSync(full));
      hash.update("\0");
    }
  }
}
