import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const PACKAGE = "ha_celery";
/** The same path from `components` in the repository and from `dist/components` in the npm package. */
const FOLDER = resolve(__dirname, "../../docker/worker", PACKAGE);

/** Not mounted, because no other file of the package needs it. */
const GUARD = join("drill", "guard.py");

/** Size of a ConfigMap as JSON, in bytes. `kubectl apply` stores a copy in an annotation, and all annotations of an
 * object together may have 256 KiB. */
const PART_BYTES = 192 * 1024;

/** A file of the Python package: its path in the pod, its key in a ConfigMap, and its text. */
export interface PackageFile {
  readonly path: string;
  readonly key: string;
  readonly text: string;
}

/** The Python package `ha_celery`. */
export interface PythonPackage {
  readonly files: readonly PackageFile[];
  /** The same files, divided so that each part fits into a ConfigMap. */
  readonly parts: readonly (readonly PackageFile[])[];
  /** Hash of all paths and texts. */
  readonly hash: string;
}

let read: PythonPackage | undefined;

/** Reads the Python package, once. */
export function pythonPackage(): PythonPackage {
  return (read ??= readPackage(FOLDER));
}

/** Text of the program that undoes a killed drill, which a pod runs without the package. */
export const guardProgram = (): string => readFileSync(join(FOLDER, GUARD), "utf8");

function readPackage(folder: string): PythonPackage {
  if (!existsSync(folder))
    throw new Error(
      `inject needs the Python package ${PACKAGE}, but ${folder} does not exist. Run the program without bundling the npm package ha-celery into another file.`,
    );
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.(py|sh)$/.test(file) && file !== GUARD)
    .map((file) => `${PACKAGE}/${file.replace(/\\/g, "/")}`)
    .sort()
    // Keys of a ConfigMap have no slashes.
    .map((path) => ({
      path,
      key: path.replace(/\//g, "."),
      text: readFileSync(join(folder, "..", path), "utf8"),
    }));
  const hash = createHash("sha256").update(JSON.stringify(files)).digest("hex").slice(0, 10);
  return { files, parts: partsOf(files), hash };
}

/** Divides files into as few parts as their order allows. */
export function partsOf(files: readonly PackageFile[], bytes = PART_BYTES): PackageFile[][] {
  const parts: PackageFile[][] = [];
  let part: PackageFile[] = [];
  let left = 0;
  for (const file of files) {
    const size = Buffer.byteLength(JSON.stringify({ [file.key]: file.text }));
    if (parts.length === 0 || size > left) {
      part = [];
      parts.push(part);
      left = bytes;
    }
    part.push(file);
    left -= size;
  }
  return parts;
}
