import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { lock } from "proper-lockfile";
import type { Report } from "../report";

/** A killed process does not release its lock. The lock expires when it has not been renewed for this long. */
const STALE_AFTER_MS = 5_000;

/** Runs `work` while holding a lock on this machine. Reports once if it has to wait. */
export async function withLock<T>(
  file: string,
  /** In the -ing form: "starting Docker". */
  what: string,
  report: Report,
  work: () => Promise<T>,
): Promise<T> {
  const release = await acquire(file, () => report(`another process is already ${what}; waiting for it`));
  try {
    return await work();
  } finally {
    await release().catch(() => undefined); // fails if the lock has expired and another process holds it
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

/** Returns the function that releases the lock, or undefined if another process holds it. */
export async function tryLock(file: string): Promise<(() => Promise<void>) | undefined> {
  mkdirSync(dirname(file), { recursive: true });
  try {
    return await lock(file, {
      realpath: false,
      stale: STALE_AFTER_MS,
      // A suspended process can lose its lock. Its work continues in its own folder and does no harm.
      onCompromised: () => undefined,
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ELOCKED") return undefined;
    throw error;
  }
}
