import { onInterrupt } from "../operate/interrupt";

let uninterruptible = 0;

/**
 * Exits on Ctrl-C, except while Pulumi runs: it receives the same signal, and saves its state before it stops. A second
 * Ctrl-C exits immediately.
 */
export function handleInterrupts(): void {
  onInterrupt(() => {
    if (uninterruptible === 0) process.exit(130);
    console.error(
      "\nStopping: waiting for Pulumi to save its state (press Ctrl-C again to exit immediately).",
    );
  });
}

/** Runs `work` with Ctrl-C deferred. */
export async function uninterrupted<T>(work: () => Promise<T>): Promise<T> {
  uninterruptible++;
  try {
    return await work();
  } finally {
    uninterruptible--;
  }
}
