import { mkdirSync } from "node:fs";
import { lock } from "proper-lockfile";
import { UserError } from "../operate/errors";
import { stateDir } from "./paths";

/** Runs `work` while holding the cluster's lock. The lock of a killed command expires after ten seconds. */
export async function withClusterLock<T>(cluster: string, work: () => Promise<T>): Promise<T> {
  const folder = stateDir(cluster);
  mkdirSync(folder, { recursive: true });
  const release = await lock(folder, {
    stale: 10_000,
    retries: { retries: 12, minTimeout: 1_000, maxTimeout: 1_000 },
  }).catch(() => {
    throw new UserError(
      `Another command is using the local cluster "${cluster}". Wait until it has finished, or use another cluster: make up CLUSTER=other`,
    );
  });
  try {
    return await work();
  } finally {
    await release().catch(() => undefined);
  }
}
