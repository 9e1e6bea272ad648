import { setTimeout as sleep } from "node:timers/promises";

/** What no further attempt can mend. */
export class Hopeless extends Error {
  override readonly name = "Hopeless";
}

export function wait(seconds: number, signal: AbortSignal): Promise<void> {
  return sleep(seconds * 1000, undefined, { signal });
}

/** Waits until `done` is true, asked every so many seconds; its errors count as false, except a Hopeless one. */
export async function until(
  what: string,
  seconds: number,
  signal: AbortSignal,
  done: () => Promise<boolean>,
  everySeconds = 0.5,
): Promise<void> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    let failure: unknown;
    const reached = await done().catch((error: unknown) => {
      if (error instanceof Hopeless) throw error;
      failure = error;
      return false;
    });
    if (reached) return;
    if (Date.now() > end) throw new Error(`waited ${seconds} s in vain until ${what}`, { cause: failure });
    await wait(everySeconds, signal);
  }
}
