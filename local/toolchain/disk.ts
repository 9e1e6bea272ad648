import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";

/** Returns a message if the disk of `folder` has less than `neededGb` free. The folder need not exist. */
export async function diskProblem(
  folder: string,
  neededGb: number,
  forWhat: string,
): Promise<string | undefined> {
  let existing = folder;
  while (!existsSync(existing)) existing = dirname(existing);
  const { bavail, bsize } = await statfs(existing);
  const freeGb = (bavail * bsize) / 1e9;
  if (freeGb >= neededGb) return undefined;
  return (
    `${folder} has ${freeGb.toFixed(1)} GB of free disk space, but ${forWhat} needs ${neededGb.toFixed(1)} GB. ` +
    "Free some space (if Docker fills the disk: docker system prune), or move the cache: HA_CELERY_CACHE=/another/folder"
  );
}
