import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { lock } from "proper-lockfile";
import { REPOSITORY } from "../../local/paths";

/** Environment variable with the folder in which the suites of one `make test` share the packed library. */
export const PACKED_VARIABLE = "HA_CELERY_TEST_PACKED";

/** Written when the library is packed. */
const LIST = "packed.json";

/** A file of the packed library. */
export interface PackedFile {
  path: string;
  size: number;
}

/** What `npm pack` made. */
export interface PackedLibrary {
  tarball: string;
  files: PackedFile[];
}

/** Packs the library into a folder, unless another suite of this run has packed it. */
export async function packLibrary(own: string): Promise<PackedLibrary> {
  const folder = process.env[PACKED_VARIABLE] ?? own;
  const list = join(folder, LIST);
  // Suites run at the same time, and each build deletes and writes the folder `dist`.
  const release = await lock(REPOSITORY, {
    lockfilePath: join(REPOSITORY, "node_modules", ".pack.lock"),
    retries: { retries: 180, minTimeout: 1_000, maxTimeout: 1_000 },
  });
  try {
    if (!existsSync(list)) writeFileSync(list, JSON.stringify(await pack(folder)));
    return JSON.parse(readFileSync(list, "utf8")) as PackedLibrary;
  } finally {
    await release();
  }
}

async function pack(folder: string): Promise<PackedLibrary> {
  const { stdout } = await execa("npm", ["pack", "--json", "--pack-destination", folder], {
    cwd: REPOSITORY,
  });
  // The output of the build comes first.
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf("[\n"))) as {
    filename: string;
    files: PackedFile[];
  }[];
  if (!packed) throw new Error(`npm pack made nothing: ${stdout}`);
  return { tarball: join(folder, packed.filename), files: packed.files };
}
