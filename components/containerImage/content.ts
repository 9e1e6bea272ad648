import { createHash } from "node:crypto";
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { dockerIgnore } from "./dockerIgnore";

export const DEFAULT_PLATFORM = "linux/amd64";

/** Hash of everything that a build of the folder depends on, base images aside. `settings` are target, platform and build arguments. */
export function contentHash(context: string, dockerfile: string, settings: Record<string, string>): string {
  const hash = createHash("sha256");
  const add = (...fields: (string | Buffer)[]) => {
    // The lengths keep "ab" + "c" apart from "a" + "bc".
    for (const field of fields) hash.update(`${field.length}:`).update(field);
  };
  add("dockerfile", readFileSync(dockerfile));
  for (const [name, value] of Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1))) add(name, value);
  for (const path of files(context)) {
    const file = join(context, path);
    const stat = lstatSync(file);
    if (stat.isSymbolicLink()) add(path, "link", readlinkSync(file));
    else add(path, stat.mode & 0o100 ? "program" : "file", readFileSync(file));
  }
  return hash.digest("hex").slice(0, 16);
}

/** Files of the folder that reach the builder, in a fixed order. */
function files(context: string): string[] {
  const file = join(context, ".dockerignore");
  const ignored = dockerIgnore(existsSync(file) ? readFileSync(file, "utf8") : "");
  return readdirSync(context, { recursive: true, encoding: "utf8" })
    .filter((path) => !ignored(path) && !lstatSync(join(context, path)).isDirectory())
    .sort();
}
