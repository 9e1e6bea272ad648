import { setTimeout as sleep } from "node:timers/promises";

/** An error that no retry can fix. */
export class NonRetryableError extends Error {
  override readonly name = "NonRetryableError";
}

export function wait(seconds: number, signal?: AbortSignal): Promise<void> {
  return sleep(seconds * 1000, undefined, { signal });
}

/** Fails if a promise takes longer than this, or if the signal aborts. What it began goes on. */
export async function within<T>(seconds: number, promise: Promise<T>, signal?: AbortSignal): Promise<T> {
  const ended = new AbortController();
  const late = wait(seconds, AbortSignal.any([ended.signal, ...(signal ? [signal] : [])])).then(() => {
    throw new Error(`no answer within ${seconds} s`);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    ended.abort();
    late.catch(() => undefined);
  }
}

/** Fails as the first of these that failed does, but only after all have ended, so that none still changes something. */
export async function allSettled(...promises: readonly Promise<unknown>[]): Promise<void> {
  for (const result of await Promise.allSettled(promises))
    if (result.status === "rejected") throw result.reason;
}

/**
 * Polls `done` until it returns true, and fails after `timeoutSeconds`. An error of `done` counts as false, unless it
 * is a NonRetryableError.
 */
export async function until(
  what: string,
  timeoutSeconds: number,
  signal: AbortSignal,
  done: () => Promise<boolean>,
  intervalSeconds = 0.5,
): Promise<void> {
  const deadline = Date.now() + timeoutSeconds * 1000;
  for (;;) {
    let lastError: unknown;
    const reached = await done().catch((error: unknown) => {
      if (error instanceof NonRetryableError) throw error;
      lastError = error;
      return false;
    });
    if (reached) return;
    if (Date.now() > deadline)
      throw new Error(`timed out after ${timeoutSeconds} s waiting until ${what}`, { cause: lastError });
    await wait(intervalSeconds, signal);
  }
}
