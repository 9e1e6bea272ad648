import { createHash } from "node:crypto";
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { dockerIgnore } from "./dockerIgnore";

export const DEFAULT_PLATFORM = "linux/amd64";

/** Hash of everything that a build depends on. `options` are the target, the platform, and the build arguments. A base
 * image is part of it as it is written there or in the Dockerfile, so only one by digest has a fixed content. */
export function contentHash(context: string, dockerfile: string, options: Record<string, string>): string {
  const hash = createHash("sha256");
  const add = (...fields: (string | Buffer)[]) => {
    // With lengths, "ab" + "c" and "a" + "bc" differ.
    for (const field of fields) hash.update(`${field.length}:`).update(field);
  };
  add("dockerfile", readFileSync(dockerfile));
  for (const [name, value] of Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1))) add(name, value);
  for (const path of files(context)) {
    const file = join(context, path);
    const stat = lstatSync(file);
    if (stat.isSymbolicLink()) add(path, "link", readlinkSync(file));
    else add(path, stat.mode & 0o100 ? "program" : "file", readFileSync(file));
  }
  return hash.digest("hex").slice(0, 16);
}

/** Files of the folder that are sent to the builder, sorted. */
function files(context: string): string[] {
  const file = join(context, ".dockerignore");
  const ignored = dockerIgnore(existsSync(file) ? readFileSync(file, "utf8") : "");
  return readdirSync(context, { recursive: true, encoding: "utf8" })
    .filter((path) => !ignored(path) && !lstatSync(join(context, path)).isDirectory())
    .sort();
}
