import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { cacheDir } from "../paths";
import type { Report } from "../report";
import { withLock } from "../toolchain/lock";

/** Folder for file systems and build contexts. */
export function workFolder(): string {
  return join(cacheDir(), "images");
}

/** Runs `build` while no other process builds images, after removing what a killed run left behind. */
export async function withWorkFolder<T>(report: Report, build: () => Promise<T>): Promise<T> {
  const folder = workFolder();
  await mkdir(folder, { recursive: true });
  return withLock(folder, "building base images", report, async () => {
    const leftovers = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory());
    await Promise.all(
      // Fails if the child of a killed run is still writing; the next run then removes the rest.
      leftovers.map((entry) =>
        rm(join(folder, entry.name), { recursive: true, force: true }).catch(() => {}),
      ),
    );
    return build();
  });
}
