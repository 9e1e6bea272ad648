import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const PACKAGE = "ha_celery";
/** The same path from `components` in the repository and from `dist/components` in the npm package. */
const FOLDER = resolve(__dirname, "../../docker/worker", PACKAGE);

/** A file of the Python package: its path in the pod, its key in the ConfigMap, and its text. */
export interface PackageFile {
  readonly path: string;
  readonly key: string;
  readonly text: string;
}

/** The Python package `ha_celery`. */
export interface PythonPackage {
  readonly files: readonly PackageFile[];
  /** Hash of all paths and texts. */
  readonly hash: string;
}

let read: PythonPackage | undefined;

/** Reads the Python package, once. */
export function pythonPackage(): PythonPackage {
  return (read ??= readPackage(FOLDER));
}

/** Text of a file of the Python package, for example `ha_celery/loader.py`. */
export function textOf(path: string): string {
  const file = pythonPackage().files.find((each) => each.path === path);
  if (!file) throw new Error(`The Python package has no file ${path}.`);
  return file.text;
}

function readPackage(folder: string): PythonPackage {
  if (!existsSync(folder))
    throw new Error(
      `inject needs the Python package ${PACKAGE}, but ${folder} does not exist. Run the program without bundling the npm package ha-celery into another file.`,
    );
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.(py|sh)$/.test(file))
    .map((file) => `${PACKAGE}/${file.replace(/\\/g, "/")}`)
    .sort()
    // Keys of a ConfigMap have no slashes.
    .map((path) => ({
      path,
      key: path.replace(/\//g, "."),
      text: readFileSync(join(folder, "..", path), "utf8"),
    }));
  return { files, hash: createHash("sha256").update(JSON.stringify(files)).digest("hex").slice(0, 10) };
}
