import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { cacheDir } from "../paths";
import type { Report } from "../report";
import { withLock } from "./lock";

/** A cached build result: a folder that contains one program. */
export interface Artifact {
  name: string;
  /** Everything that determines the result: sources, versions, flags, platform. */
  inputs: string[];
  /** Path of the program in the folder. Its checksum is verified before every use. */
  file: string;
  /** Builds the artifact in an empty folder. */
  make(folder: string): Promise<void>;
}

/** Returns the path of the artifact's program. Builds the artifact if it is missing in the cache or damaged. */
export async function ensureArtifact(artifact: Artifact, report: Report): Promise<string> {
  const program = artifactPath(artifact);
  if (await isIntact(program)) return program;
  return withLock(folderOf(artifact), `preparing ${artifact.name}`, report, async () => {
    if (await isIntact(program)) return program;
    const folder = folderOf(artifact);
    if (await exists(folder)) {
      report(`${artifact.name} in the cache is damaged (its checksum differs); building it again`);
      await rm(folder, { recursive: true, force: true });
    }
    await makeInWorkFolder(artifact, folder).finally(() => removeLeftovers(folder));
    return program;
  });
}

/** Whether the cache contains the artifact. Faster than ensureArtifact, because it does not verify the checksum. */
export async function hasArtifact(artifact: Artifact): Promise<boolean> {
  return exists(checksumFile(artifactPath(artifact)));
}

function artifactPath(artifact: Artifact): string {
  return join(folderOf(artifact), artifact.file);
}

function folderOf({ name, inputs }: Artifact): string {
  const hash = createHash("sha256").update(JSON.stringify(inputs)).digest("hex").slice(0, 12);
  return join(cacheDir(), "artifacts", `${name}-${hash}`);
}

const checksumFile = (program: string): string => `${program}.sha256`;

/** Builds in a temporary folder and renames it at the end, so that no process sees a partial artifact. */
async function makeInWorkFolder(artifact: Artifact, folder: string): Promise<void> {
  const workFolder = `${folder}.making-${randomUUID()}`;
  await mkdir(workFolder, { recursive: true });
  try {
    await artifact.make(workFolder);
    const program = join(workFolder, artifact.file);
    await writeFile(checksumFile(program), `${await checksum(program)}\n`);
    await rename(workFolder, folder).catch((error: NodeJS.ErrnoException) => {
      // Another process took over the lock while this one was suspended, and has built the same artifact already.
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    });
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
}

/**
 * Removes the folders of killed builds. Runs after the build, because a killed build's compiler may write for a
 * while.
 */
async function removeLeftovers(folder: string): Promise<void> {
  const parent = dirname(folder);
  const leftovers = (await readdir(parent)).map((name) => join(parent, name));
  const unfinished = leftovers.filter((path) => path.startsWith(`${folder}.making-`));
  await Promise.all(unfinished.map((path) => rm(path, { recursive: true, force: true })));
}

async function isIntact(program: string): Promise<boolean> {
  try {
    const expected = await readFile(checksumFile(program), "utf8");
    return (await checksum(program)) === expected.trim();
  } catch {
    return false;
  }
}

async function checksum(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file, { highWaterMark: 4 << 20 }), hash);
  return hash.digest("hex");
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
