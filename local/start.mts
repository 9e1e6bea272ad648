/**
 * Runs an entry point of this folder, such as `main` or `providers/kubernetes/main`, as a bundle. Loading its sources
 * through tsx takes 3.2 s of CPU time, because tsx also examines every file of node_modules; a bundle with V8's
 * compile cache takes 0.2 to 1.1 s. `make up` starts five entry points.
 *
 * A bundle is built again when a source, an npm package or this file has changed. Node itself removes the types of
 * this file, which therefore imports no other TypeScript.
 */
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { createRequire, enableCompileCache, flushCompileCache, setSourceMapsSupport } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { BuildOptions, Plugin } from "esbuild";

const THIS_FILE = fileURLToPath(import.meta.url);
const REPOSITORY = resolve(dirname(THIS_FILE), "..");

/** What a bundle depends on besides its own sources. */
const ALWAYS = [THIS_FILE, join(REPOSITORY, "node_modules", ".package-lock.json")];

/** Time of the last change of each file that a bundle was built from. */
type Inputs = Readonly<Record<string, number | undefined>>;

const changedAt = (file: string): number | undefined => statSync(file, { throwIfNoEntry: false })?.mtimeMs;

function isCurrent(record: string): boolean {
  if (changedAt(record) === undefined) return false;
  const inputs = JSON.parse(readFileSync(record, "utf8")) as Inputs;
  return Object.entries(inputs).every(([file, time]) => changedAt(file) === time);
}

type Paths = ReturnType<typeof pathsOf>;

/** Keeps `__dirname` what it is in the source. */
const ownFolder: Plugin = {
  name: "own-folder",
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      if (path.includes("/node_modules/")) return undefined;
      const contents = readFileSync(path, "utf8").replaceAll("__dirname", JSON.stringify(dirname(path)));
      return { contents, loader: "ts" };
    });
  },
};

const optionsOf = (entry: string, outfile: string) =>
  ({
    entryPoints: [join(REPOSITORY, "local", `${entry}.ts`)],
    outfile,
    bundle: true,
    // Stand-ins start in a third of the time with their packages in the bundle. The Pulumi program has to share the SDK
    // with its providers' packages.
    packages: entry.startsWith("providers/") ? "bundle" : "external",
    platform: "node",
    target: `node${process.versions.node}`,
    ignoreAnnotations: true, // "sideEffects" of package.json is meant for the library.
    plugins: [ownFolder],
    sourcemap: "linked",
    sourcesContent: false,
    absWorkingDir: REPOSITORY,
    metafile: true,
    write: false,
    logLevel: "warning",
  }) satisfies BuildOptions;

async function build(entry: string, { folder, bundle, record }: Paths): Promise<void> {
  const started = Date.now();
  const { build } = await import("esbuild");
  const { outputFiles, metafile } = await build(optionsOf(entry, bundle));
  const sources = Object.keys(metafile.inputs)
    .filter((file) => !file.startsWith("node_modules/"))
    .map((file) => join(REPOSITORY, file));
  const inputs: Inputs = Object.fromEntries([...ALWAYS, ...sources].map((file) => [file, changedAt(file)]));
  mkdirSync(folder, { recursive: true });
  for (const { path, contents } of outputFiles) replace(path, contents);
  // A source that changed meanwhile may be in the bundle as it was before.
  if (Object.values(inputs).every((time = 0) => time < started)) replace(record, JSON.stringify(inputs));
}

/**
 * Another process may build or read the same bundle at this moment. For the same reason the compile cache is never
 * removed; V8 replaces its entry for a changed bundle.
 */
function replace(file: string, content: string | Uint8Array): void {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, content);
  renameSync(draft, file);
}

const pathsOf = (entry: string) => {
  const folder = join(REPOSITORY, ".local", "bundles", entry);
  return {
    folder,
    bundle: join(folder, "bundle.js"),
    record: join(folder, "inputs.json"),
    cache: join(folder, "cache"),
  };
};

const [node = "", , entry = "", ...args] = process.argv;
const paths = pathsOf(entry);
if (!isCurrent(paths.record)) await build(entry, paths);
enableCompileCache(paths.cache);
setSourceMapsSupport(true, { nodeModules: false });
process.argv = [node, paths.bundle, ...args];
createRequire(import.meta.url)(paths.bundle);
flushCompileCache(); // The engine kills stand-ins, and killed processes do not write it.
