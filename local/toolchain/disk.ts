import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";

/** What is wrong with the free space where `folder` is or will be; undefined when `neededGb` are there. */
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
    `${folder} has ${freeGb.toFixed(1)} GB of free disk space, and ${forWhat} needs ${neededGb.toFixed(1)} GB. ` +
    "Free some space (docker system prune helps where Docker fills the disk), or put the cache elsewhere: HA_CELERY_CACHE=/another/folder"
  );
}
