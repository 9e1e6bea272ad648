import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { cacheDir } from "../paths";
import type { Report } from "../report";
import { withLock } from "./lock";

/** Something that takes long to make and is kept: a folder with one program in it that everything is about. */
export interface Artifact {
  name: string;
  /** Whatever decides what comes out: sources, versions, flags, platform. */
  inputs: string[];
  /** The program's path inside the folder; its checksum stands for the whole. */
  file: string;
  /** Makes the artifact in an empty folder. */
  make(folder: string): Promise<void>;
}

/** Path of the artifact's program, made first unless the cache has it whole. */
export async function ensureArtifact(artifact: Artifact, report: Report): Promise<string> {
  const program = artifactPath(artifact);
  if (await isIntact(program)) return program;
  return withLock(folderOf(artifact), artifact.name, report, async () => {
    if (await isIntact(program)) return program;
    const folder = folderOf(artifact);
    if (await exists(folder)) {
      report(`${artifact.name} in the cache is damaged (its checksum differs); making it again`);
      await rm(folder, { recursive: true, force: true });
    }
    await makeInWorkFolder(artifact, folder).finally(() => removeLeftovers(folder));
    return program;
  });
}

/** Whether the cache has it; quick, and unlike ensureArtifact without a look at its content. */
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

/** Made in a folder of its own and renamed when whole, so that nobody ever sees half of it. */
async function makeInWorkFolder(artifact: Artifact, folder: string): Promise<void> {
  const workFolder = `${folder}.making-${randomUUID()}`;
  await mkdir(workFolder, { recursive: true });
  try {
    await artifact.make(workFolder);
    const program = join(workFolder, artifact.file);
    await writeFile(checksumFile(program), `${await checksum(program)}\n`);
    await rename(workFolder, folder).catch((error: NodeJS.ErrnoException) => {
      // Somebody took the lock from this process while it slept and was faster: the same inputs, the same artifact.
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    });
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
}

/** What builds that were killed left behind; afterwards, as a compiler may outlive them for a while and go on writing. */
async function removeLeftovers(folder: string): Promise<void> {
  const parent = dirname(folder);
  const leftovers = (await readdir(parent)).map((name) => join(parent, name));
  const ours = leftovers.filter((path) => path.startsWith(`${folder}.making-`));
  await Promise.all(ours.map((path) => rm(path, { recursive: true, force: true })));
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
