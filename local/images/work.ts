import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { cacheDir } from "../paths";
import type { Report } from "../report";
import { withLock } from "../toolchain/lock";

/** Where file systems and build contexts are put together. */
export function workFolder(): string {
  return join(cacheDir(), "images");
}

/** One run at a time builds images; what a killed run left behind is removed before the next begins. */
export async function withWorkFolder<T>(report: Report, build: () => Promise<T>): Promise<T> {
  const folder = workFolder();
  await mkdir(folder, { recursive: true });
  return withLock(folder, "building base images", report, async () => {
    const leftovers = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory());
    await Promise.all(
      // A process that outlived its killed parent may still write there: then the next run removes the rest.
      leftovers.map((entry) =>
        rm(join(folder, entry.name), { recursive: true, force: true }).catch(() => {}),
      ),
    );
    return build();
  });
}
