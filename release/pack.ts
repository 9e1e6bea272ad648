import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { ROOT } from "./repository";

const WORKER = join(ROOT, "docker", "worker");
const PYTHON = join(WORKER, ".venv", "bin", "python");

/** Files of the Python package. */
export interface PythonFiles {
  wheel: string;
  sdist: string;
}

/** Packs everything that a release publishes as files, checks it, and lists the contents: npm/, python/, sbom/. */
export async function pack(folder: string): Promise<void> {
  const [npm, python, sbom] = ["npm", "python", "sbom"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const each of [npm, python, sbom]) mkdirSync(each, { recursive: true });
  await execa("npm", ["pack", "--pack-destination", npm], { cwd: ROOT, stdio: "inherit" });
  for (const file of filesIn(npm)) await checkNpm(file);
  await packPython(python);
  writeFileSync(join(sbom, "ha-celery-npm.cdx.json"), await npmSbom());
}

/** Lists what the npm package and its peers depend on, in the versions of the lockfile, in CycloneDX's format. */
export async function npmSbom(): Promise<string> {
  const temporary = mkdtempSync(join(tmpdir(), "ha-celery-sbom-"));
  // npm names the component after the folder.
  const cwd = join(temporary, "ha-celery");
  const options = ["--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
  try {
    // `npm sbom --omit=dev` would also omit the dependencies that a development dependency has, too.
    const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as object;
    mkdirSync(cwd);
    writeFileSync(join(cwd, "package.json"), JSON.stringify({ ...manifest, devDependencies: undefined }));
    cpSync(join(ROOT, "package-lock.json"), join(cwd, "package-lock.json"));
    await run("npm", ["install", ...options], cwd);
    return await run(
      "npm",
      ["sbom", "--package-lock-only", "--sbom-format=cyclonedx", "--sbom-type=library"],
      cwd,
    );
  } finally {
    rmSync(temporary, { recursive: true });
  }
}

/** Checks a packed npm package as programs see it: exports, types, and what npm and bundlers expect. */
export async function checkNpm(tarball: string): Promise<void> {
  await run("publint", ["run", "--strict", tarball]);
  // Node's resolution before exports existed, which cannot find the types of any package with exports.
  await run("attw", [tarball, "--profile", "node16", "--format", "ascii"]);
}

/** Builds the Python package: the sdist, and the wheel from the sdist. Checks both. */
export async function packPython(folder: string): Promise<PythonFiles> {
  await run(PYTHON, ["-m", "build", "--outdir", folder, WORKER]);
  const files = filesIn(folder);
  await run(PYTHON, ["-m", "twine", "check", "--strict", ...files]);
  const ending = (end: string) => files.find((file) => file.endsWith(end)) ?? "";
  return { wheel: ending(".whl"), sdist: ending(".tar.gz") };
}

const filesIn = (folder: string): string[] => readdirSync(folder).map((file) => join(folder, file));

/** Runs a command of this repository and returns its output, which is part of an error, too. */
async function run(command: string, args: string[], cwd = ROOT): Promise<string> {
  const { stdout } = await execa(command, args, { cwd, preferLocal: true, localDir: ROOT });
  return stdout;
}
