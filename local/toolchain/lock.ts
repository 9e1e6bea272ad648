import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { lock } from "proper-lockfile";
import type { Report } from "../report";

/** A killed process cannot give its lock back; it counts as given up when nobody has touched it for this long. */
const STALE_AFTER_MS = 5_000;

/** Runs `work` while nobody else on this machine holds the lock; says once that it waits. */
export async function withLock<T>(
  file: string,
  what: string,
  report: Report,
  work: () => Promise<T>,
): Promise<T> {
  const release = await acquire(file, () =>
    report(`${what} is in the works in another process; waiting for it`),
  );
  try {
    return await work();
  } finally {
    await release().catch(() => undefined); // taken away as stale: then it is no longer ours to give back
  }
}

async function acquire(file: string, onWait: () => void): Promise<() => Promise<void>> {
  for (let attempt = 0; ; attempt++) {
    const release = await tryLock(file);
    if (release) return release;
    if (attempt === 0) onWait();
    await sleep(500);
  }
}

/** The lock's release, or undefined when somebody else holds it. */
export async function tryLock(file: string): Promise<(() => Promise<void>) | undefined> {
  mkdirSync(dirname(file), { recursive: true });
  try {
    return await lock(file, {
      realpath: false,
      stale: STALE_AFTER_MS,
      // A process that slept past the limit has lost its lock. Its work goes on in its own folder and harms nobody.
      onCompromised: () => undefined,
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ELOCKED") return undefined;
    throw error;
  }
}
